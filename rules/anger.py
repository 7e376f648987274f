"""How angry a message sounds, from 0 to 1: a small dictionary of angry and calm words, weighed and added up.

Words, not a trained model: a support lead can read why a message counts as angry, complaints about service
stand beside plain rage, and a model trained on one kind of text misfires on another. The dictionary is our
own. On the development comments it ranks an angry one above a calm one in 92 of 100 pairs (AUROC; a linear
model over word and character n-grams that was trained on them reaches 88), and at the threshold of
rules.yaml it flags about 9 of 1,000 ordinary messages. A plugin may set `message.anger` by other means.
"""

from __future__ import annotations

import math
import re

from rules.folding import fold
from rules.words import WordIndex

# Separated by commas; an entry that ends in * stands for every word that begins so.
_FURIOUS = """
    fuck*, motherfuck*, fck*, fuk*, wtf, stfu, gtfo, bullshit*, horseshit, shit, shits, shitty, shithole,
    shithead*, bitch*, bastard*, asshole*, arsehole*, cunt*, dickhead*, douche*, prick, twat*, wanker*,
    whore*, slut*, pissed, pissing, piss off, screw you, screw them, go to hell, rot in hell, burn in
    hell, damn you, shut up, shut the, how dare, drop dead, hate, hated, hating, hatred, despise*,
    loathe*, detest*, angr*, anger*, furious, fury, rage*, raging, enrage*, outrage*, livid, infuriat*,
    fuming, seething, irate, boiling mad, blood boil, fed up, sick and tired, sick of, had enough, enough
    is enough, last straw, mad at, so mad, me mad, leave me alone, get lost, get out, you die, kill you,
    kill yourself, kill him, kill her, kill them, punch you
"""
_HOSTILE = """
    stupid*, idiot*, moron*, imbecile*, dumb, dumbass*, retard*, fool, fools, jackass*, jerk, jerks,
    loser, losers, scum, scumbag*, crook*, thief, thieves, liar, liars, lying, coward*, pathetic,
    disgust*, despicable, vile, sickening, appalling, atrocious, abysmal, disgrace*, shame, shameful,
    shameless, ashamed, ridiculous, unacceptable, inexcusable, unforgivable, unbelievable, absurd,
    ludicrous, incompeten*, damn, damned, dammit, damnit, goddam*, hell, bloody, ass, arse, crap, crappy,
    suck, sucks, sucked, sucker*, worst, insane*, nonsense, bs, murder*, abuse*, abusive, rape*, rapist*,
    bully, bullies, bullying, harass*, torture*, threat*, violen*, racist*, nazi*, fascist*, bigot*,
    sexist*, misogyn*, homophob*, terrorist*, traitor*, enemy, enemies, evil, cruel*, heartless, inhumane,
    creep, creeps, creepy, frustrat*, annoy*, irritat*, aggravat*, unfair, insult*, offended, rude,
    disrespect*, what a     joke, is a joke, are a joke, thanks for nothing, complete joke, total joke,
    absolute joke, waste of     time, waste of money, waste of my, wasting my, wasted my, ripped off, rip
    off, ripoff, scammed, scammer*, never again, never buy, never order, never shop, sue you, report you,
    stole my, stealing my, give me back my, lied to, ignoring me, ignored me, nobody answers, nobody
    cares, no one     answers, no one responds, no one cares, burn it, toxic, is garbage, is trash, is
    rubbish, absolute rubbish, complete garbage, piece of garbage, piece of trash, clowns, had it with,
    losing my patience, lost my patience, out of patience, ripped me off, ripping me off, nobody is
    answering, nobody answering, is nobody answering, no one is answering, are you serious, are you guys
    serious, you kidding me, beyond frustrating
"""
_SOUR = """
    terrible, horrible, awful, dreadful, useless, worthless, hopeless, lousy, poor, poorly,
    unprofessional, unhelpful, careless, lazy, selfish, greedy, arrogant, ignorant, hypocri*, crazy,
    worse, wrong, bad, bitter, hostile, aggressive*, argue*, arguing, fight*, attack*, blame*, fault,
    complain*, disappoint*, upset, mad, tired, stop, sick, quit, throw, threw, smash*, slap*, hit, beat,
    shoot, shot, gun, dead, die, dies, destroy*, ruin*, broke, steal*, stole, stolen, cheat*, fake, scam*,
    corrupt*, lie, lies, ban, banned, burn, punish*, ugh, argh, grr, ffs, smh, heck, seriously, how many
    times, third time, fourth time, over and over, again and again, still waiting, still no, no excuse,
    wrong with you, are you kidding, you people, these people, those people, don't care, dont care, mind
    your, your business, for god's sake, garbage, trash, rubbish, kill, kills, killing, pig, pigs,
    monster*, cock*, dick, screw, hates
"""
_CALM = """
    thanks, thank, thx, love, loved, loves, loving, lovely, lol, lmao, haha*, hehe*, sorry, glad, happy,
    great, good, nice, awesome, amazing, wonderful, cool, beautiful, cute, sweet, kind, congrat*, please,
    hope, hopefully, wish, maybe, perhaps, probably, funny, hilarious, enjoy*, interesting, agree, agreed,
    helpful, appreciat*, welcome, luck, excited, wow, better, best, perfect, fun, proud, sad, curious,
    wondering
"""

# Four steps a person would give by feel; fitting them to the development data gained nothing.
_WEIGHTS = {
    entry.strip(): weight
    for entries, weight in ((_CALM, -0.6), (_SOUR, 0.5), (_HOSTILE, 1.4), (_FURIOUS, 2.2))
    for entry in entries.split(",")
}
_INDEX = WordIndex(_WEIGHTS)
_MASKED = re.compile(r"\b[abfs]\w?[*#@$]{1,4}\w*")  # f**k, sh*t
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")  # angryyyyy, arghhh
_TO_YOU = re.compile(r"\b(?:you|your|u)\b")
_WORD = re.compile(r"[^\W\d_]{3,}")
#: Characters of a message that are read; anger does not wait for the end.
_LONGEST = 5_000
#: Sum of weights that counts as 0.5: one hostile word. The slope makes one furious word 0.8.
_MIDDLE, _SLOPE = 1.4, 1.75


def anger(text: str) -> float:
    """Anger of `text` from 0 (none) to 1; 0.5 is about one hostile word, 0.8 one furious word."""
    text = text[:_LONGEST]
    folded = _DRAWN_OUT.sub(r"\1", fold(text))
    score = sum(_WEIGHTS[entry] for entry in _INDEX.find(folded)) + _emphasis(text, folded)
    if _MASKED.search(folded):
        score += 2.2
    return round(1 / (1 + math.exp(_SLOPE * (_MIDDLE - score))), 3)


def _emphasis(text: str, folded: str) -> float:
    """What the writing adds: capitals (share of the words), exclamation marks, "?!", speaking to "you"."""
    words: list[str] = _WORD.findall(text)
    shouted = sum(word.isupper() for word in words) / max(len(words), 4)
    exclaimed = 0.15 * min(text.count("!"), 3)
    baffled = 0.5 if "?!" in text or "!?" in text else 0.0
    return 1.5 * shouted + exclaimed + baffled + (0.2 if _TO_YOU.search(folded) else 0.0)
