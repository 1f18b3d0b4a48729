#!/usr/bin/env python3
"""Compares our canonical form of random XML documents with that of libxml2, through lxml.

usage: canonical_form.py PROGRAM [COUNT]
       PROGRAM: target/debug/examples/canonical, built by `cargo build -p cognate-federation --example canonical`

Bare carriage returns are left out: the parser keeps one in front of a tag, and such messages are refused
(crates/federation/src/saml/c14n.rs). So are ampersands in the names of namespaces, which libxml2 writes as they are where
the standard wants `&amp;`. Needs lxml. The last line is `N passed, N failed`.
"""

import base64
import random
import subprocess
import sys

from lxml import etree

PREFIXES = ["", "a", "b", "xs"]
NAMESPACES = ["urn:a", "urn:b", "urn:c?x=1;y=2", "http://www.w3.org/2001/XMLSchema"]
TEXTS = ["x", " ", "\n  ", "\r\n", "&lt;&gt;&amp;", "&#13;", "\t\u00e9\U0001f600", "]]&gt;", "<![CDATA[<a>&]]>", "<!-- c -->",
         "<?pi some  data?>", "<?pi?>", "\"'"]
VALUES = ["", "1", " a  b ", "&#9;&#10;&#13;", "\t\n", "&lt;&quot;&amp;'>", "\u00e9"]


def element(numbers, depth, scope, apex):
    """Writes an element; `scope` are the prefixes that may be used."""
    scope = dict(scope)
    declared = {}
    for prefix in PREFIXES:
        if numbers.random() < 0.25:
            declared[prefix] = "" if prefix == "" and numbers.random() < 0.3 else numbers.choice(NAMESPACES)
    scope.update(declared)
    usable = [prefix for prefix in PREFIXES if prefix == "" or prefix in scope]
    prefix = numbers.choice(usable)
    name = (prefix + ":" if prefix else "") + numbers.choice("pqr")
    parts = ['xmlns%s="%s"' % (":" + p if p else "", uri) for p, uri in declared.items()]
    seen = set()
    for _ in range(numbers.randrange(4)):
        prefix = numbers.choice(usable + ["xml"])
        local = "lang" if prefix == "xml" else numbers.choice("klm")
        key = (scope.get(prefix) if prefix and prefix != "xml" else prefix, local)
        if key not in seen:
            seen.add(key)
            parts.append('%s="%s"' % ((prefix + ":" if prefix else "") + local, numbers.choice(VALUES).replace('"', "'")))
    if apex and depth == 2:
        parts.append('ID="apex"')
    numbers.shuffle(parts)
    inside = ""
    chosen = False
    for _ in range(numbers.randrange(1, 5)):
        if depth < 5 and numbers.random() < 0.6:
            inside += element(numbers, depth + 1, scope, apex and not chosen)
            chosen = True
        else:
            inside += numbers.choice(TEXTS)
    if depth < 2 and apex and not chosen:
        inside += element(numbers, depth + 1, scope, True)
    return "<%s %s>%s</%s>" % (name, " ".join(parts), inside, name)


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    numbers = random.Random(20_010_702)
    cases = []
    for _ in range(count):
        # lxml drops `#default` from the list, since no name in the document is called so.
        kept = [prefix for prefix in PREFIXES if prefix and numbers.random() < 0.3]
        cases.append((element(numbers, 0, {}, True), kept))
    lines = "".join(
        "%s %s\n" % (base64.b64encode(text.encode()).decode(), ",".join(kept))
        for text, kept in cases
    )
    answers = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout.split("\n")
    passed = failed = 0
    for (text, kept), answer in zip(cases, answers):
        apex = etree.fromstring(text.encode()).xpath("//*[@ID='apex']")[0]
        expected = etree.tostring(apex, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=kept)
        if answer != "-" and base64.b64decode(answer) == expected:
            passed += 1
        else:
            failed += 1
            if failed <= 3:
                print(text, kept, expected, answer if answer == "-" else base64.b64decode(answer), sep="\n", end="\n\n")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
