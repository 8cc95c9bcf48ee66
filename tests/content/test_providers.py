"""providers.yaml: the old shape, providers elsewhere, and every mistake said with a way out."""

import re
from pathlib import Path

import pytest
import yaml

from content.booking import Providers
from tests.content.conftest import reading

ELSEWHERE = """
providers:
  - key: harbour
    name: Harbour Wellbeing
    kind: fhir
    url: https://fhir.harbour.example/R4
    people:
      - key: Practitioner/12
        name: Mara Holt
        languages: [en, de]
        licensed: [GB, US-CA]
  - key: riverside
    name: Riverside Practice
    kind: calcom
    url: https://api.cal.com/
    people:
      - {key: 123456, name: Jon Reed, modalities: [video], price: 40 pounds}
"""
WRONG = {
    "nobody": (ELSEWHERE, "providers: []", "nobody can be booked"),
    "a key twice": ("key: riverside", "key: harbour", "this is here twice; give each entry a key of its own"),
    "unknown kind": ("kind: fhir", "kind: epic", "this is not one of the choices; choose 'fhir', 'calcom' or 'links'"),
    "misspelt": ("kind: fhir", "kidn: fhir", "unknown key; did you mean kind?"),
    "no kind": ("    kind: fhir\n", "", "this key is missing; add a line that starts with kind:"),
    "not https": ("https://fhir", "http://fhir", "this is not a safe web address; copy the whole of it, with https://"),
    "no address": ("https://fhir.harbour.example/R4", "the harbour", "this is not a safe web address"),
    "a secret in the address": ("example/R4", "example/R4?token=abc", "this address carries more than an address"),
    "a name in the address": ("//fhir", "//me:secret@fhir", "this address carries more than an address"),
    "a secret": ("kind: fhir", "kind: fhir\n    token: abc", "a secret does not belong in this file; take it out"),
    "cal without people": ("      - {key: 123456", "#", "Cal.com does not say whom it books; add people"),
    "cal by name": ("key: 123456", "key: jon/50min", "this is not an event type of Cal.com; use the number"),
    "cal in no way": ("modalities: [video], ", "", "an event type of Cal.com meets in one way; say in which"),
    "person twice": (
        "- {key: 123456",
        "- {key: 123456, name: A, modalities: [video]}\n      - {key: 123456",
        "is here",
    ),
    "licence in words": ("[GB, US-CA]", "[England]", "this is not a place; use two letters for a country"),
    "language in words": ("[en, de]", "[English]", "this is not a language code; use two letters, as en"),
    "settled otherwise": ("kind: fhir", "kind: fhir\n    settled: [money]", "choose 'licence', 'contract'"),
    "unknown patient": ("kind: fhir", "kind: fhir\n    patient: none", "choose 'contained' or 'created'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_with_its_line_and_a_way_out(name: str, root: Path) -> None:
    old, new, says = WRONG[name]
    broken = ELSEWHERE.replace(old, new, 1).replace("    people:\n#", "#")
    assert broken != ELSEWHERE
    (root / "org/providers.yaml").write_text(broken, "utf-8")
    problems = [str(one) for one in reading(root).problems]
    assert any(says in one for one in problems), problems
    assert all(re.match(r"org/providers.yaml:\d+: ", one) for one in problems), problems
    assert not any("abc" in one or "me:secret" in one for one in problems)  # a secret is not said again


def test_both_shapes_load_alone_and_together(root: Path) -> None:
    file = root / "org/providers.yaml"
    old = file.read_text("utf-8")
    for text in (old, ELSEWHERE, old + ELSEWHERE):
        file.write_text(text, "utf-8")
        loaded = reading(root).loaded
        assert loaded is not None, text
        assert bool(loaded.providers.practitioners) is (old in text)
        assert [one.key for one in loaded.providers.providers] == (
            ["harbour", "riverside"] if ELSEWHERE in text else []
        )
    assert loaded is not None
    (person,) = loaded.providers.providers[1].people
    assert (person.key, person.profession, person.licensed) == ("123456", "therapy", ())
    assert loaded.providers.providers[1].url == "https://api.cal.com"


def test_a_clinic_has_a_name_and_people() -> None:
    with pytest.raises(ValueError, match="the built-in clinic has a name and people"):
        Providers.model_validate({**yaml.safe_load(ELSEWHERE), "clinic": "Sample"})
