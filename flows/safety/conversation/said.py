# ruff: noqa: E501 - a pattern is read as one line
"""What people say next in a crisis, as far as a few honest patterns tell; anything else is listened to.

Matched on `normalise`d text in all five languages at once, since people in distress switch. A miss costs little: the
neutral line is right for everything. So a pattern is here only if its answer does no harm where it matches by mistake.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from flows.safety.normal import normalise

Reply = Literal[
    "listen",  # anything that nothing here recognises
    "no",  # the answer to the direct question
    "safe",  # the answer to whether it is safe to write here
    "human",  # is anybody there?
    "work",  # who at work learns of it?
    "diagnosis",  # what do I have?
    "method",  # how could it be done? Never answered.
    "nobody",  # nobody can help
    "goodbye",
    "refuse",  # I would rather not say
    "calls",  # I will call them
]

_ASKS: Final = re.compile(
    r"^(do|does|will|would|can|could|is|are|has|did|who|so|se va|va a|puede|quien|est ce|qui|va t|wer|wird|kann|sieht|erfahrt|habe|quem|vai|pode|sera|tenho|tengo)\b"
)
_WORK: Final = re.compile(
    r"\b(boss|manager|supervisor|hr|human resources|employer|company|colleagues?|co ?workers?|team|work|workplace"
    r"|jef[ea]|recursos humanos|rr hh|empresa|trabajo|chef|cheffe|patron|responsable|rh|employeur|entreprise|collegues?|travail"
    r"|chefin|vorgesetzt\w*|personalabteilung|arbeitgeber|firma|kollegen|chefe|gestora?|patrao|trabalho)\b"
)
_LEARNS: Final = re.compile(
    r"\b(sees?|knows?|finds? out|reads?|told|tell|hears?|learns?|enter\w+|ve|ver|vera|sabe\w*|lee\w*|contar\w*|decir\w*|diga"
    r"|appren\w+|savoir|sait|saura|voi[rt]|verra|lit|lire|dire|erfahr\w*|sieht|sehen|liest|lesen|weiss|mitbekomm\w*|sagen|descob\w+|le|ler|dizer)\b"
)
_ILLNESS: Final = re.compile(
    r"\b(depress?\w*|deprim\w*|depresion|bipolar\w*|anore\w*|bulim\w*|psycho\w*|psico\w*|schizo\w*|esquizo\w*|ptsd|tept|borderline|adhd|ocd"
    r"|disorder|trastorno|transtorno|trouble|\w*storung|magersucht|paranoi\w*|ill|sick|krank|malade|enferm[oa]|doente)\b"
)
_PATTERNS: Final[Mapping[Reply, re.Pattern[str]]] = {
    "method": re.compile(
        r"\b(tell|show|give) me (a |the |some |exactly )?(way|how|method|painless)|\bhow (do|can|could|would|should) i\b.*\b(kill|end it|end my|die|do it)\b"
        r"|\b(painless|easiest|quickest|best) (way|method) to (die|kill|end|go)|\bdime (como|una forma|un metodo)|\bcomo (puedo )?(matarme|morir|suicidarme|quitarme)\b"
        r"|\b(dis|dites) moi comment|\bcomment (puis je |je peux )?(mourir|me tuer|me suicider|en finir)\b|\bsag mir (einfach )?wie\b"
        r"|\bwie (kann|konnte|soll) ich\b.*\b(umbringe?n?|sterben|es tun|es machen)\b|\b(me )?(diz|diga) (me )?como\b|\bcomo (posso )?(me matar|morrer|me suicidar|matar me)\b"
    ),
    "human": re.compile(
        r"\b(are|r) (you|u)\b.*\b(human|person|bot|robot|real|machine|program|ai|somebody|someone)\b|\bis (this|there|anyone|anybody|somebody|someone)\b.*\b(human|person|bot|real|program|ai|machine|there|reading)\b"
        r"|\bam i (talking|writing) to\b|\b(eres|es usted|hablo con|hay)\b.*\b(human[oa]|persona|real|robot|bot|maquina|programa|alguien)\b"
        r"|\b(tu es|es tu|tes|vous etes|etes vous|est ce que|je parle a|il y a)\b.*\b(humaine?|personne|robot|bot|machine|vraie?|programme|quelquun)\b"
        r"|\b(bist du|sind sie|ist da|ist das|ist hier)\b.*\b(mensch\w*|person|echt\w*|bot|roboter|maschine|programm|jemand)\b"
        r"|\b(es|voce e|e voce|estou a falar com|estou falando com|tem|ha)\b.*\b(human[oa]|pessoa|robo|robot|bot|maquina|programa|alguem)\b"
    ),
    "goodbye": re.compile(
        r"\b(good ?bye|bye|farewell|adios|adieu|adeus|lebt? wohl|tell (them|him|her|my \w+) (that )?(i|im)|(dis|dites) (leur|lui) que|dis leur|diles que|sagt? ihnen|diz lhes|diga a eles"
        r"|(thank you|thanks) for everything|gracias por todo|merci pour tout|danke fur alles|obrigad[oa] por tudo)\b"
    ),
    "nobody": re.compile(
        r"\b(no ?body|no one|nothing|none of \w+) (can |could |will |would |ever |is going to )*help|\bbeyond help\b|\b(nadie|nada) (me )?(puede |va a )?(me )?(ayud|sirve)"
        r"|\b(personne|rien) (ne )?(peut |pourra |va |m|me )*aid|\b(hilft|kann|konnte) (\w+ ){0,3}(keiner|niemand|nichts)\b|\b(keiner|niemand|nichts) (kann|hilft)\b"
        r"|\b(ninguem|nada) (me )?(pode |consegue |vai )?(me )?ajud"
    ),
    "refuse": re.compile(
        r"\b(dont|do not|wont|cant) (want to |wanna |like to |feel like )?(answer|talk|say|discuss|speak)|\b(rather|prefer) not\b"
        r"|\bno (quiero|voy a|puedo|me apetece) (\w+ )?(responder|contestar|hablar|decir|contar)|\bprefiero (no|nao)\b"
        r"|\b(veux|peux|souhaite) pas (\w+ )?(repondre|parler|dire)|\bprefere (ne )?(pas|rien)\b"
        r"|\b(will|mag|mochte|kann) (\w+ ){0,3}nicht (\w+ )?(antworten|reden|sprechen|sagen)|\blieber nicht\b"
        r"|\bnao (quero|vou|posso|consigo) (\w+ )?(responder|falar|dizer|contar)"
    ),
}
_SOON: Final = re.compile(
    r"\b(tonight|this evening|(everything|it|all) ?(is|s)? (all )?(ready|prepared|planned|set)|(have|ve|got) (a|my|the) plan|((going to|gonna|about to|will|ll) (just )?do it)"
    r"|(have|ve|got) (it|them|everything|what i need) (all )?(here|ready|with me|next to me|in front of me|in my hands?)|made (up )?my mind( up)?|i(m| am| have|ve)? decided|(wrote|written) (a|the|my) (note|letters?)"
    r"|esta noche|todo (esta |ya esta |lo tengo )?(listo|preparado|planeado)|(tengo|hice) (un|mi|el) plan|(voy a hacerlo|lo voy a hacer|lo hare)|lo tengo (todo|aqui)|decidid[oa]"
    r"|ce soir|cette nuit|tout est (deja )?(pret|prevu|prepare)|jai (un|mon|le) plan|je vais le faire|je suis decidee?|jai decide|jai tout (ici|prepare|prevu)"
    r"|heute (nacht|abend)|alles (ist )?(schon )?(bereit|vorbereitet|geplant|fertig)|hab\w* (schon )?(einen|den|meinen) plan|(werde|mach\w*|tu\w*) es (heute|jetzt|gleich|tun|machen)|(entschlossen|entschieden)"
    r"|hoje (a|de) noite|esta noite|tudo (esta |ja esta |ja )?(pronto|preparado|planejado|planeado)|(tenho|fiz) (um|o|meu) plano|vou (fazer (isso|isto)|faze lo)|decidi(do|da)?)\b"
)
_DIAGNOSIS: Final = re.compile(
    r"\bdiagnos|\bwhats wrong with me\b|\bwhat is wrong with me\b|\bque me pasa\b|\bquest ce que jai\b|\bwas ist mit mir los\b|\bo que (eu )?tenho\b"
)
_PRIVATE: Final = re.compile(
    r"\bwho (else )?(can |will )?(sees?|reads?|knows?)\b|\b(private|confidential|anonymous|confidencial|confidentiel|vertraulich)\b"
)
_CALLS: Final = re.compile(
    r"\b(i( will| am going to| have)?|ill|im( going to| gonna)?|ive|ok|okay) (just )?(call|text|phone|calling|called|texted|phoned)( (up|them|now|somebody|someone|samaritans|shout|999|112|911|988"
    r"|a friend|the (line|number|helpline|doctor)|my (friend|sister|brother|mother|mum|mom|father|dad|partner|wife|husband|doctor|therapist|gp)))*$"
    r"|\b(voy a llamar|llamare|les llamo|los llamo|llamo ahora|ya he llamado|ya llame|estoy llamando)\b"
    r"|\b(je vais (les )?(appeler|telephoner)|jappelle|je les appelle|jappellerai|jai appele)\b"
    r"|\bich (rufe( (da|dort|jetzt|gleich|sie))* an|werde( (da|dort|jetzt|gleich|sie))* anrufen|habe?( (da|dort|schon|sie))* angerufen)\b"
    r"|\b(vou ligar|ligo (agora|ja)|ja liguei|estou (a ligar|ligando))\b"
)
_YES: Final = re.compile(r"^(yes|yeah|yep|yea|si|oui|ja|sim)( \w+){0,3}$")
_DENIES: Final = re.compile(r"\b(no|not|dont|never|pas|non|nein|nicht|nao|but|pero|mais|aber|mas)\b")


def meant(text: str) -> Reply:
    """Return what a typed line in a crisis calls for; "listen" if that is not plain."""
    words = normalise(text)
    asks = "?" in text or bool(_ASKS.match(words))
    for reply, pattern in _PATTERNS.items():
        if pattern.search(words):
            return reply
        if reply == "human" and asks:
            if (_WORK.search(words) and _LEARNS.search(words)) or _PRIVATE.search(words):
                return "work"
            if _ILLNESS.search(words):
                return "diagnosis"
    if _DIAGNOSIS.search(words):
        return "diagnosis"
    return "calls" if calls(text) else "listen"


def calls(text: str) -> bool:
    """Tell whether a line says no more than that they call, or have called."""
    words = normalise(text)
    return bool(_CALLS.search(words)) and not _DENIES.search(words)


def soon(text: str) -> bool:
    """Tell whether a typed line speaks of a plan, of what lies ready, or of tonight: for those who may mean themselves."""
    return bool(_SOON.search(normalise(text)))


def agrees(text: str) -> bool:
    """Tell whether a short line plainly says yes to the question on screen."""
    words = normalise(text)
    return bool(_YES.match(words)) and not _DENIES.search(words)
