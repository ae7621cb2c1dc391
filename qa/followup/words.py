"""What the rules for follow-up questions know of English: kinds of words, and patterns of questions."""

from __future__ import annotations

import re

from qa.comparisons import QUESTION_WORD, compiled
from qa.mention_words import FUNCTION


def listed(text: str) -> frozenset[str]:
    """The words of a list that is written with spaces between them."""
    return frozenset(text.split())


DO = listed("do does did will would can could shall should may might must has have had")
BE = listed("is are was were")
AUXILIARIES = DO | BE
# After a subject these are the verb themselves: "does Skerry Bank have".
_LIGHT_VERBS = listed("be been have had do done get got")
DETERMINERS = listed("the a an this that these those his her its their some any no another")
PREPOSITIONS = listed(
    "in on at by during for of from to against under with about after before into over between near behind around "
    "through without since until against towards off onto upon among along across inside outside per via"
)
# These tie a second noun to the first: "the tax on second homes".
TYING = listed("of on for into between against")
PLACING = listed("in on at near from to")
# Words that stand after a noun, or before a verb, and belong to neither.
ADVERBS = listed(
    "last first also still now again ever yet already then there here today yesterday tomorrow afterwards later so far "
    "really finally actually once twice next exactly currently only even just else together originally"
)
STOP = FUNCTION | AUXILIARIES | _LIGHT_VERBS | PREPOSITIONS | ADVERBS | listed("many much whether get gets go goes not")
IRREGULAR_PLURALS = listed(
    "people men women children police fishermen sheep geese mice teeth feet lives wives thieves staff crew crews "
    "firemen policemen businessmen spokesmen cattle twins parents"
)
_SINGULAR_S = re.compile(r"(?:ss|us|is|ness|ics|news|gas|bus|lens)$")
# Bodies of people that may be "they".
COLLECTIVE = listed(
    "jury team police council party government union company firm club crew committee board family court ministry "
    "parliament army bank group band couple opposition public agency regulator"
)
ORGANISATION = listed(
    "bank company co corp inc ltd plc group line lines homes estates union party alliance league trust council museum "
    "club rovers united city athletic town wanderers university college school hospital office bureau agency press "
    "chamber ministry court board service systems bridge works quay cup act festival church society association "
    "institute foundation airlines railways motors energy media news times radio river street lane road island islands "
    "hill hills valley war storm budget commission parliament senate congress house department authority federation "
    "network studios pictures records games olympics prize award"
)
MALE_TITLES = listed("mr sir lord king prince father brother")
FEMALE_TITLES = listed("mrs ms miss dame lady queen princess mother sister mum")
_OFFICES = listed(
    "dr prof professor judge justice premier president mayor minister coach captain skipper striker curator chairman "
    "chairwoman officer inspector prosecutor warden senator councillor baker nurse caretaker singer actor actress "
    "director secretary chancellor governor general colonel boss author pope bishop substitute"
)
TITLES = MALE_TITLES | FEMALE_TITLES | _OFFICES
MALE_NAMES = listed(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob "
    "gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond "
    "patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan jeremy "
    "harold keith christian roger noah gerald carl terry sean arthur lawrence jesse dylan bryan joe billy bruce "
    "albert willie gabriel alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip johnny "
    "simon martin ian neil graham colin stuart duncan hugh oliver leo max otto hans jan karl pierre jean francois "
    "antonio mario luigi carlos luis pedro miguel ivan boris vladimir sergei dmitri mohammed muhammad ahmed ali "
    "omar hassan ibrahim yusuf harry ben tom tim jim bill bob mike dave steve tony nick rob sam dan matt chris alex "
    "elon barack keir rishi emmanuel narendra xi volodymyr"
)
FEMALE_NAMES = listed(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret "
    "ashley kimberly emily donna michelle carol amanda melissa deborah stephanie dorothy rebecca sharon laura "
    "cynthia amy kathleen angela shirley emma brenda pamela nicole anna samantha katherine christine helen debra "
    "rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth lauren kelly christina "
    "joan evelyn judith andrea hannah megan cheryl jacqueline martha teresa gloria sara janice ann kathryn abigail "
    "sophia frances jean alice judy isabella julia grace amber denise danielle marilyn beverly natalie theresa "
    "diana brittany doris kayla alexis lori marie fiona claire kate lucy jane zoe nadia ida clara carla elena irina "
    "olga svetlana natasha fatima aisha leila yasmin priya greta ursula giorgia kamala hillary taylor beyonce "
    "pauline esther"
)
PERSON_NOUNS = listed(
    "man woman boy girl person minister mayor premier president coach judge director leader chairman chairwoman owner "
    "boss chief baker curator striker player singer actor actress author caretaker prosecutor lawyer doctor nurse "
    "teacher pilot officer manager warden king queen prince princess pope bishop farmer thief victim witness candidate "
    "treasurer father mother son daughter husband wife anyone anybody someone somebody everyone nobody"
)
# What a question about an event asks for, and leaves the event to the turn before.
_OUTCOMES = (
    r"(?:score|turnout|attendance|result|results|outcome|verdict|margin|death toll|toll|cause|final score|winner|"
    r"final result|majority|damage|motive|occasion|background|purpose)"
)

LEAD = compiled(r"^(?:(?:and|but|so|ok|okay|well|also|then|oh|right|hm+)\b[\s,]*)+")
ENDS = re.compile(r"[\s.?!…]+$")
BARE = compiled(
    r"^(?:(?:who|what|where|when|how|why) else|why|how|when|where|who|whom|which|which ones?|how come|"
    r"why not|how so|(?:by |for |since )?how (?:many|much|long|far|often|old|big|large|high)|(?:until|since|from) when|"
    r"(?:by|with|to|for|from|against) whom|(?:in|on|at) (?:what|which) (?:year|day|month|date|time|place|city)|"
    r"what for|where exactly|when exactly|how exactly|why (?:so|that|those|these|this)(?: \w+)?|for what|from where)$"
)
QUANTITY = compiled(r"^how (?:many|much)(?: (?!of\b)[\w’'-]+){1,3}$")
ABOUT = compiled(
    r"^(?:(?P<about>(?:and |but |so )?(?:what|how) (?:about|of))|and|but|or|then)"
    r"\b[\s,]*(?P<rest>.+)$"
)
MEANT = compiled(
    r"^(?:(?:no|nope|not that|not him|not her|sorry|wait|actually|oh|i mean)\b[\s,.;:!-]*)*"
    r"(?:i (?:meant|mean|was asking about|was asking for|asked about|asked for|was thinking of|am asking about)|"
    r"make that|i said)\b[\s,:]*(?P<rest>.+)$"
)
DENIED = compiled(r"^(?:no|nope|sorry|wait|actually)\b[\s,.;:!-]+(?P<rest>(?:in|on|at|for|the)\b.+)$")
# A verb at its beginning, or a question word anywhere, makes a question of it.
HAS_VERB = compiled(
    rf"\b(?:{QUESTION_WORD}|is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may not|might|must)\b"
)
THIN_OBJECT = compiled(
    r"^who(?: else)? (?:won|lost|paid|scored|voted (?:for|against)|(?:was|were|is|are) (?:for|against|behind)|"
    r"opposed|supported|organised|organized|led|ran|attended|benefited from)$"
)
THIN_EVENT = compiled(
    r"^(?:how many(?: people)? (?:(?:were|was|got|have been|had been) \w+|died|survived|escaped|attended|took part)|"
    r"who (?:(?:was|were) (?:\w+ed|hurt|there|to blame|responsible|involved)|died|survived|took part)|"
    r"what (?:went wrong|happened)|(?:was|were) (?:anyone|anybody|people|there any \w+) (?:\w+ed|hurt)|"
    r"did anyone (?:die|survive|\w+))$"
)
THIN_OUTCOME = compiled(rf"^(?:what|who) (?:was|is|were|are|caused) the {_OUTCOMES}$")

# "It" that stands for nothing.
DUMMY_IT = compiled(
    r"\bit (?:(?:is|was|will be|would be|has been|be|gets?|got) )?(?:rain|snow|freez|hail|storm(?:ing|y)|(?:cold|hot|"
    r"warm|dark|late|time|windy|sunny|true|possible|likely|legal|illegal|safe|easy|hard|difficult|necessary|important|worth|"
    r"common|allowed|cheaper|better|wrong|known|normal|ok)\b)|"
    r"\bit (?:have )?(?:like|take|taken|takes|took|cost|costs)\b(?: [\w’'-]+){0,3}? to (?!(?:the|an?|this|that)\b)\w|"
    r"\bit (?:that|to|from|mean (?:to|if|when|that|for)|like (?:at|in|on|to|for|being)|comes? (?:that|about)|"
    r"turns? out|turned out|seems?|appears?|looks?)\b|\bit['’]s\b|\b(?:time is|work) it\b|\bwork it out\b|"
    r"\bwhat it (?:is|takes|means)\b|\b(?:has|have|had|with)\b.{0,60}\bin it\b|"
    r"\b(?:make|made|makes) it (?:to|through|into|out|home|back)\b|"
    r"\b(?:take|find|found|make|made) it (?:that|hard|easy|easier|difficult|harder|possible|impossible|clear)\b"
)
_FOLLOWS_THAT = (
    r"(?:$|[,.;:?!]|happen|done|mean|cost|end\b|stop|change|matter|work\b|go\b|take place|supposed|possible)"
)
THAT = compiled(
    rf"(?<=\babout )(?:that|this|these|those)(?=\s*{_FOLLOWS_THAT})|"
    r"(?:(?<=\bof )|(?<=\bfor )|(?<=\bagainst )|(?<=\bon )|(?<=\bwith )|(?<=\bto ))(?:that|this)(?=\s*$)"
)
THAT_EVENT = compiled(
    rf"\b(?:did|does|do|was|is|were|will|would|has|can|could) (?:that|this|all that|all this)\s*{_FOLLOWS_THAT}|"
    r"\b(?:did|does|is|was|would|will) (?:that|this) (?:all )?(?:happen|going to)"
)
THERE = compiled(
    r"\b(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )there\b(?! (?:is|are|was|were|will|has|have|be|to be)\b)|"
    r"\bthere(?=\s*$)(?<!is there)(?<!are there)"
)
THEN = compiled(
    r"(?<!happened )(?<!happens )(?<!happen )\b(?:then|at (?:that|the) time|that (?:day|week|month|year))(?=\s*$)"
)
ONE = compiled(
    r"\b(?:the|a|an) (?!(?:first|last|only|right|same|loved|no)\b)([\w-]+) ones?\b"
    r"(?! (?:of|to|that|who|with|day|hundred|thousand|million)\b)"
)
ARTICLE = compiled(
    r"\b(?:the|that|this) (?:article|news story|story|news item)(?= (?:says?|mentions?|come from|claims?|quotes?|"
    r"explains?|also|still|true|correct|corrected|updated|withdrawn|appear)\b|['’]s\b|\s*[?.!]*$)"
)
_SPEAKS = (
    r"(?: (?:also |ever )?(?:say|says|report|write|wrote|print|claim|publish|mention|call|describe|cover)\b|\s*[?.!]*$)"
)
OUTLET = compiled(
    r"\b(?:that|this|the same) (?:outlet|paper|newspaper|news agency|radio station|publication|news site|magazine)"
    rf"(?! (?:of|that|which|in|for|behind)\b)|\bthe (?:outlet|paper|newspaper|news agency|radio station)(?={_SPEAKS})"
)
# Between two parts of a question these keep a pronoun apart from what it may stand for.
BOUNDARY = compiled(
    r"[,;:?!]|[–—]|\b(?:and|or|but|when|while|if|because|that|who|which|after|before|since|until|than|as|where|why|how|"
    r"what|whether|although|though|once)\b"
)
SUBORDINATE = compiled(
    r"^(?:when|after|before|while|if|because|since|as|although|once|until|in|with|for|besides|despite)\b"
)


def is_plural(word: str) -> bool:
    """Whether a noun in small letters is a plural, by its ending."""
    return (
        word in IRREGULAR_PLURALS
        or word.endswith("men")
        or (word.endswith("s") and len(word) > 3 and not _SINGULAR_S.search(word))
    )
