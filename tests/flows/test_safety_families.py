"""Families of expression: each is heard by the lexicons alone, and its harmless neighbours are not."""

from content import default_root
from content.source import fetch, parse
from flows.safety.lexicon import Lexicon, matched

FILES = [f"crisis/lexicon.{language}.yaml" for language in ("en", "es", "fr", "de", "pt")]
LEXICONS = {file: Lexicon.model_validate(parse(fetch(default_root() / file, file), file).data) for file in FILES}

HEARD = """
ctb tonight
sewerslide thoughts again
tempted to yeet myself off the roof
I have decided to die
I can't keep myself safe tonight
hoping a truck hits me
whoever finds me, I'm sorry
been stockpiling my tablets
I punched myself until it bled
someone swapped my wife
strangers can hear what I am thinking
I chew and spit everything
I was sick on purpose
how to make it look like an accident, he deserves it
me quiero desvivir
me voy a tirar del puente
me volví a rajar
le voy a partir el cráneo
mastico y escupo
je veux me flinguer
plus envie de vivre
je mâche et je recrache
on a remplacé ma mère
ich mach mich weg
i mog nimma lebn
hab wieder geritzt
der Nachrichtensprecher kennt mich
vou dar um fim em mim
me arranho inteira
bora logo morrer
trocaram minha mãe
""".strip().splitlines()
SILENT = """
I'm going to jump on the call now
I need to delete myself from the mailing list
How do I end it with my boyfriend nicely
our hours got cut again this month
goodbye everyone, it was a pleasure working with you
please purge the cache twice a day
does the life insurance cover accidents abroad
the radio said my team lost again
they changed my manager again
voy a matar el tiempo hasta la reunión
me voy a tirar en el sofá
me lo voy a cargar a la tarjeta
qué le echo a la salsa para que espese
je me casse en vacances demain
il va payer l'addition
je tire ma révérence, pot de départ jeudi
heute mach ich Schluss um vier
ich geh ins Wasser, wer kommt mit an den See
ich spring morgen für dich ein
vou de base nova na maquiagem
vou ter com a minha chefe
bota fogo no churrasco
decidi que vou embora às cinco
""".strip().splitlines()


def test_every_family_is_heard_and_its_neighbours_are_not() -> None:
    assert [text for text in HEARD if not matched(text, LEXICONS)] == []
    assert [text for text in SILENT if matched(text, LEXICONS)] == []
