# ruff: noqa: E501 - a pattern is read as one line
"""How the checker recognises what a crisis conversation has to say, in five languages.

Each pattern accepts any honest phrasing, not one sentence. They are matched on text from `plain`: lower case, straight
quotes, single spaces; accents do not count. A pattern that refuses an honest sentence is a defect of this file: mend it here, with a test.
"""

import re
import unicodedata
from collections.abc import Mapping

Table = Mapping[str, re.Pattern[str]]
"""A pattern for every language."""

QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"'}
)


def plain(text: str) -> str:
    """Return the text in lower case with straight quotes and single spaces."""
    return " ".join(text.translate(QUOTES).lower().split())


def _bare(text: str) -> str:
    """Return the text without its accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def says(table: Table, language: str, text: str) -> bool:
    """Whether a text says what the table is about, in this language."""
    return bool(table[language].search(_bare(plain(text))))


def _table(**patterns: str) -> Table:
    return {language: re.compile(_bare(pattern)) for language, pattern in patterns.items()}


DIRECT = _table(
    en=r"\byou\b.*(suicid|kill(ing)? yourself|(end|tak)(e|ing)? your (own )?life|\bdie\b|\bdying\b|be(ing)? dead"
    r"|not (wanting to )?(be|live|go on)\b|(hurt|harm)(ing)? yourself)",
    es=r"(piens|has|est[aá]s?|tienes|quieres|sientes).*(suicid|matarte|quitarte la vida|acabar con tu vida|morir|no vivir"
    r"|hacerte daño)",
    fr=r"(tu|vous|t'|[- ]tu|[- ]vous)\b.*(suicid|(te|vous) tuer|mettre fin à (tes|vos|ta|votre)|mourir"
    r"|(te|vous) faire du mal)",
    de=r"(du|sie|dich|dir)\b.*(suizid|selbstmord|umbringen|umzubringen|das leben (zu )?nehmen|zu sterben|sterben"
    r"|nicht mehr (zu )?leben|tot (zu )?sein|töten)",
    pt=r"(pens|est[aá]|tens|tem|quer|você|tu|sente).*(suic[ií]d|se matar|matar-(te|se)|te matar|tirar a (própria|tua|sua)"
    r"|acabar com a (tua|sua|própria)|morrer|(te|se) magoar|magoar-(te|se)|machucar)",
)  # one sentence that ends with a question mark

SOMEBODY = _table(
    en=r"(be|stay|sit|being|go|remain|wait) (\w+ ){0,4}(with|to|near|beside) (\w+ ){0,3}(someone|somebody|friend|person|people"
    r"|family|other|neighbou?r|trust|anyone)|(don't|not|rather than|instead of) (be(ing)?|stay(ing)?) (\w+ )?alone"
    r"|ask (someone|somebody|a friend|a neighbou?r|\w+ you trust) (\w+ ){0,3}to (come|stay|be|sit)"
    r"|have (someone|somebody) (\w+ ){0,3}with you",
    es=r"(con|cerca de|junto a|a) (\w+ ){0,2}(alguien|una persona|un amigo|una amiga|otra persona|tu familia|gente)"
    r"|no (te quedes|estés|estar) (\w+ )?(sol[oa]|a solas)|compañía",
    fr=r"(avec|près de|auprès de|chez|à) (\w+ )?(quelqu'un|une personne|un ami|un proche|une amie|d'autres|tes proches|vos proches)"
    r"|(ne )?(reste|restez|rester)z? pas seule?|compagnie",
    de=r"(bei|mit|zu|in der nähe) (\w+ ){0,2}(jemand\w*|mensch\w*|freund\w*|familie|person|leute\w*|vertraut\w*|nachbar\w*)"
    r"|nicht allein|bitte? jemand\w* .*(komm|bleib|da ?zu ?sein)|gesellschaft",
    pt=r"(com|perto de|junto de|junto a|ao lado de|a) (\w+ ){0,2}(alguém|uma pessoa|um amigo|uma amiga|outra pessoa|família|gente)"
    r"|não (fiques?|fique|ficar) sozinh[oa]|companhia",
)

DISTANCE = _table(
    en=r"(away|distance|out of reach|far|lock|hand(ed)? over|space|move|remove|give (it|them|anything)|put) .*"
    r"|.*(leave|step out of) (the|that) (room|place)",
    es=r"alej|distancia|lejos|fuera de (tu )?alcance|aparta|guarde|dé?ja(lo|le|selo)",
    fr=r"éloign|distance|loin|hors de (ta |votre )?portée|à l'écart|mets? .*de côté|confie",
    de=r"abstand|entfern|weg(zu)?(leg|räum|bring|geb|schließ|geh)|außer reichweite|weit weg|fern|distanz|aus der hand",
    pt=r"afast|distância|longe|fora do (teu |seu )?alcance|guard(ar|e)|entreg",
)
MEANS = _table(
    en=r"(anything|things?|something|whatever|what|any way|means|items?|objects?|everything).*(hurt|harm|danger|kill|unsafe|die|use)"
    r"|(hurt|harm|danger|use|unsafe).*(away|distance|reach|far)",
    es=r"(lo que|algo|cosas?|todo|medios|cualquier|objetos?).*(daño|peligro|herir|lastim|usar|hacerte|riesgo)",
    fr=r"(ce qui|ce que|chose|tout|moyens?|objets?|ce dont|quoi que).*(mal|bless|danger|servir|utiliser|nuire|risque)",
    de=r"(was|allem|alles|dinge\w*|etwas|mittel\w*|gegenst\w*|sachen).*(verletz|antun|schad|gefähr|umbring|weh|benutz|nutz)",
    pt=r"(o que|algo|coisas?|tudo|meios|qualquer|objetos?).*(mal|perig|feri|machuc|magoar|us(ar|es)|risco)",
)  # distance from means: both in one sentence

URGED = _table(
    en=r"(call|phone|dial|ring|text|get|go|contact|tap).*(now|right away|at once|straight away|immediately|today|tonight|please)"
    r"|(now|please|right away|danger).*(call|phone|dial|ring|text|contact|go to|get to)|emergency",
    es=r"(llam|marc|contact|ve a|acud|escrib).*|emergencia|urgencia",
    fr=r"(appel|compos|contact|va |allez|écri|joign).*|urgence",
    de=r"(ruf|wähl|anruf|geh|wend|meld|kontakt|schreib).*|notruf|notfall|notaufnahme",
    pt=r"(lig[aue]|telefon|disca|marc|contact|contat|vá |vai |escrev).*|emergência|urgência",
)  # beside the emergency number or a line's, in one turn

CARE = _table(
    en=r"therap|counsel|psycholog|psychiatr|doctor|\bgp\b|professional|clinician|specialist|nurse|hospital|mental health",
    es=r"terap|psic[oó]log|psiquiatr|médic|profesional|consejer|especialista|hospital|enfermer|orientador",
    fr=r"thérap|psycholog|psychiatr|médecin|docteur|professionnel|spécialiste|hôpital|infirmi|\bpsy\b|soignant",
    de=r"therap|psycholog|psychiat|arzt|ärzt|praxis|fachleut|fachkr|fachperson|fachlich|beratung|klinik|krankenhaus|profession",
    pt=r"terap|psic[oó]log|psiquiatr|médic|profissional|especialista|hospital|enfermei|conselheir",
)

TRUSTED = _table(
    en=r"friend|famil|relative|neighbou?r|(someone|somebody|person|people|anyone)( \w+){0,3} (trust|know|love|close|safe)"
    r"|trusted|loved one|partner|parent|sibling|sister|brother|housemate",
    es=r"amig|famili|confi|vecin|allegad|ser(es)? querid|pareja|cercan|herman",
    fr=r"ami|famille|proche|confiance|voisin|entourage",
    de=r"freund|famil|vertrau|nachbar|angehörig|nahesteh|nahe steh|partner|geschwister",
    pt=r"amig|famíli|familiar|confi|vizinh|próxim|parceir|irm[ãa]",
)

PROGRAM = _table(
    en=r"\b(i'm|i am|this is|haven is|you're (talking|writing) to|it's|as)\b[^.?!]*\b(program(me)?|bot|chat ?bot|software|machine|computer|ai)\b"
    r"|not (a|any) (human|person|real person)|no(body| one| human| person)('s| is)? (is )?(watch|read)",
    es=r"(soy|es|hablas con|escribes a|como)\b[^.?!]*\b(programa|bot|chatbot|máquina|software|ia)\b|no soy (una persona|human)"
    r"|nadie (lo )?(lee|está leyendo|mira|está mirando|vigila)",
    fr=r"(suis|est|parles à|parlez à|écris à|écrivez à)\b[^.?!]*\b(programme|robot|bot|chatbot|logiciel|machine|ia)\b"
    r"|pas (une personne|un humain|humain)|personne ne (lit|regarde|surveille|suit)",
    de=r"(bin|ist|schreibst|schreiben|als)\b[^.?!]*(programm|bot|chatbot|maschine|software|\bki\b)|kein(e)? (mensch|person)"
    r"|niemand (liest|schaut|sieht)",
    pt=r"(sou|é|falas com|fala com|está a falar|como)\b[^.?!]*\b(programa|bot|chatbot|robô|robot|máquina|software|ia)\b"
    r"|não sou (uma pessoa|human)|ninguém (está )?(a )?(lê|ler|lendo|vê|ver|olh|vigia)",
)

PRIVATE = _table(
    en=r"(manager|boss|hr|employer|work|colleague|nobody|no one|team)[^.?!]*\b(not|never|nothing|n't|cannot|no|nobody|learns?|private|told|sees?)"
    r"|\b(not|never|nothing|private|confidential|only you|no one|nobody)\b[^.?!]*(manager|boss|hr|employer|work|colleague|see|read|know)",
    es=r"(jef[ea]|recursos humanos|empresa|rr\. ?hh|nadie|trabajo)[^.?!]*(no|nunca|nada|nadie|tampoco|ni)\b|\b(no|nunca|nada|nadie|ni|privad|confidencial)"
    r"\w*[^.?!]*(jef[ea]|recursos humanos|empresa|trabajo|ve|lee|sabe)",
    fr=r"(chef|manager|responsable|rh|employeur|personne|entreprise|travail)[^.?!]*(ne|n'|jamais|rien|pas)\b|\b(ni|jamais|pas|rien|personne|privé|confidentiel)"
    r"\w*[^.?!]*(chef|manager|responsable|rh|employeur|entreprise|travail|voit|lit|sait)",
    de=r"(chef|führungskr|vorgesetz|personalabteilung|\bhr\b|arbeitgeber|firma|niemand|team)[^.?!]*(nicht|nie|nichts|niemals|kein)"
    r"|\b(nicht|nie|nichts|niemand|kein|weder|vertraulich|privat)\w*[^.?!]*(chef|führungskr|vorgesetz|personal|\bhr\b|arbeit|firma|sieht|liest|erfähr|erfahr)",
    pt=r"(chefe|gestor|recursos humanos|rh|empresa|ninguém|trabalho)[^.?!]*(não|nunca|nada|ninguém|nem)\b|\b(não|nunca|nada|ninguém|nem|privad|confidencial)"
    r"\w*[^.?!]*(chefe|gestor|recursos humanos|rh|empresa|trabalho|vê|lê|sabe)",
)

QUICK_EXIT = _table(
    en=r"(close|leave|hide|shut|exit|clear|delete|switch)\b.*(chat|window|screen|this|page|app|conversation|quick|fast|any time|anytime)"
    r"|quick exit|safe to (chat|talk|write|type)",
    es=r"(cerrar|cierra|ocult|salir|sal|borra)\w*.*(chat|ventana|pantalla|esto|página|rápid|conversación|momento)|seguro.*(escribir|hablar|chatear)",
    fr=r"(ferm|quitt|cach|masqu|sorti|effac)\w*.*(chat|fenêtre|écran|page|vite|rapide|conversation|moment)|sûr\w*.*(écrire|parler)",
    de=r"(schließ|verlass|ausblend|versteck|lösch|beend|mach).*(chat|fenster|bildschirm|seite|schnell|sofort|jederzeit|gespräch)"
    r"|(chat|fenster|bildschirm|seite|gespräch|jederzeit|sofort|schnell).*(schließ|verlass|ausblend|versteck|lösch|beend)"
    r"|sicher.*(schreiben|chatten|sprechen)",
    pt=r"(fech|sair|sai|escond|ocult|apag)\w*.*(chat|conversa|janela|tela|ecrã|página|rápid|isto|isso|momento)|seguro.*(escrever|falar|conversar)",
)

ASK_DIRECTLY = _table(
    en=r"\bask(ing)?\b.*(direct|straight|plain|open|them|her|him|suicid|whether|if|about)",
    es=r"pregunt\w*.*(direct|clar|abierta|suicid|si)",
    fr=r"(demand|question|pos)\w*.*(direct|claire|franch|suicid|si)",
    de=r"frag\w*.*(direkt|offen|klar|suizid|ob)",
    pt=r"pergunt\w*.*(diret|clar|abert|suic[ií]d|se)",
)
STAY = _table(
    en=r"\bstay(ing)?\b|(do not|don't|not) leave (them|her|him)|be(ing)? (there )?with (them|her|him)|keep (them|her|him) company|not alone|listen",
    es=r"qu[eé]d|acompañ|no (la|lo|le) dej|escuch|estar con|está con",
    fr=r"rest|accompagn|ne (le|la) laiss|écout|auprès|être là",
    de=r"bleib|nicht allein|begleit|zuhör|hör .*zu|da sein|dabei",
    pt=r"fi(c|que)|acompanh|não (o|a) deix|escut|ouv|estar com|esteja com",
)
CONNECT = _table(
    en=r"(call|phone|dial|ring|text|line|reach|connect|contact|help them|together|professional|doctor|therap)",
    es=r"(llam|marc|línea|contact|conect|ayud|junt|profesional|médic)",
    fr=r"(appel|compos|ligne|contact|ensemble|aid|professionnel|médecin)",
    de=r"(ruf|anruf|wähl|telefon|hilf|gemeinsam|zusammen|arzt|beratung|kontakt)",
    pt=r"(lig|telefon|linha|contact|contat|ajud|junt|profissional|médic)",
)
