"""Makes Fixtures/words/words.jsonl: sentences with their words by NLTK's Treebank tokenizer.

Needs nltk, in a virtual environment outside the repository:

  python3 -m venv VENV && VENV/bin/pip install nltk==3.7
  VENV/bin/python Tests/Interop/make_word_goldens.py

Each line is ["sentence", ["word", ...]]. NLTK's sentence splitter needs a trained model that is not part of
its package; sentences are given one by one, so it takes no part.
"""

import json
import pathlib

from nltk.tokenize import NLTKWordTokenizer

EDGES = [
    'He said, "I can\'t; you won\'t." "So what?"',
    "Good muffins cost $3.88 (roughly 3,36 euros) in New York.",
    "''Quoted'' and ``ticked`` and “curly” ‘single’ «angled» „low“.",
    "They'll've said it's John's, the dogs' and the boss'.",
    "I'm gonna wanna gimme lemme gotta cannot Cannot more'n d'ye wannabe.",
    "'Tis odd, 'twas odder; 'tisn't.",
    "An ellipsis... two.. and the end...",
    "Stop. (Really.) [Yes.]'",
    "a--b -- c * d*e @home #1 50% A&B x;y 10:30 a:b 1,000 a,b ,",
    "What?! No!?",
    "{braces} <angles> [[nested]]",
    "'a 'm 'T 'the don't DON'T N'T they'RE",
    "ends with a colon:",
    "ends with a quote\"",
    "\"starts with a quote",
    "",
    "   ",
    "naïve café’s – dash—dash",
    "The U.S. and e.g. this, i.e. that.",
    "5'10\" tall",
    "rock 'n' roll",
]


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    lines = (root / "Fixtures/counterfact/corpus.txt").read_text(encoding="utf-8").split("\n")
    text = [line for line in lines if any(mark in line for mark in "'\"();:$")][:180]
    tokenizer = NLTKWordTokenizer()
    target = root / "Fixtures/words/words.jsonl"
    target.parent.mkdir(exist_ok=True)
    with target.open("w", encoding="utf-8") as file:
        for sentence in EDGES + [line[:240] for line in text]:
            words = tokenizer.tokenize(sentence)
            file.write(json.dumps([sentence, words], ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
