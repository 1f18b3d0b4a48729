"""A second opinion on request validation, and the cases to compare it on.

Reads the published model (without its documentation) and the overrides, both with code of its own, walks every
operation, input member and constraint, and prints one case a line: operation, what is tried, body, expected outcome
(null, {"serialization": text or null} or {"invalid": text}). Nothing here is shared with the Rust walker.
Runs of 200 or more equal characters are written as \\u0002c*N\\u0003 to keep the lines short.
"""
import base64
import copy
import functools
import json
import pathlib
import re
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2] / "model"
MODEL = json.loads((ROOT / "cognito-idp-2016-04-18.min.json").read_text())
SHAPES, OPS = MODEL["shapes"], MODEL["operations"]
LIST, MAP = "Start of list found where not expected", "Start of structure or map found where not expected."


def apply_overrides():
    """Changes the model in place as model/overrides.model says; what concerns callers, rates and errors is not for us."""
    for line in (ROOT / "overrides.model").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        word, target, rest = line.rsplit("  # ", 1)[0].rstrip().split(" ", 2)
        new = rest.rsplit(" -> ", 1)[-1]
        owner, _, member = target.partition(".")
        if word == "copy":
            SHAPES[target] = copy.deepcopy(SHAPES[rest.removeprefix("of ")])
        elif word == "pattern":
            SHAPES[target].pop("pattern")
            if new != "-":
                SHAPES[target]["pattern"] = new[1:-1]
        elif word == "range":
            for key, bound in zip(("min", "max"), new.split("..")):
                SHAPES[target].pop(key, None)
                if bound:
                    SHAPES[target][key] = int(bound)
        elif word == "secret":
            SHAPES[target].pop("sensitive")
        elif word == "length-first":
            SHAPES[target]["lengthFirst"] = True
        elif word == "retype":
            SHAPES[owner]["members"][member]["shape"] = new
        elif word == "display":
            SHAPES[owner]["members"][member]["display"] = new
        elif word == "value":
            SHAPES[target]["enum"].append(rest.removeprefix("+ "))
        elif word == "print":
            SHAPES[target]["printed"] = rest.split(" ")
        elif word not in ("auth", "category", "error"):
            sys.exit(f"unknown override {line}")


def shown(name, member):
    """The name of a member in messages: its leading capitals are small, but for the one that starts the next word."""
    if "display" in member:
        return member["display"]
    return re.sub(r"^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+", lambda m: m[0].lower(), name, count=1)


@functools.cache
def java_order(values):
    """The order of a java.util.HashSet filled in this order."""
    size = 16
    while len(values) > size * 3 // 4:
        size *= 2
    buckets = [[] for _ in range(size)]
    for value in values:
        code = 0
        for char in value:
            code = (31 * code + ord(char)) % 2**32
        buckets[(code ^ code >> 16) % size].append(value)
    return [value for bucket in buckets for value in bucket]


@functools.cache
def matches(pattern, text):
    """Java's String.matches, with \\p{..} spelled out from the characters of this very text."""
    def category(match):
        found = {c for c in set(text) if unicodedata.category(c).startswith(match[1])}
        return "".join(re.escape(c) for c in sorted(found)) or "\U0010ffff"
    out, in_class, i = [], False, 0
    while i < len(pattern):
        token = pattern[i:i + 2] if pattern[i] == "\\" else pattern[i]
        if pattern.startswith(("\\p{L}", "\\p{M}", "\\p{S}", "\\p{N}", "\\p{P}", "\\p{Z}"), i):
            token = pattern[i:i + 5]
            out.append(category(re.match(r"\\p\{(.)\}", token)))
        elif token == "." and not in_class and not pattern.startswith("(?s)"):
            out.append("[^\n\r\x85\u2028\u2029]")
        else:
            in_class = token == "[" or in_class and token != "]"
            out.append(token)
        i += len(token)
    return re.fullmatch("".join(out), text, re.ASCII) is not None


def wrong_type(kind, value):
    """The text for a JSON value of the wrong type, or None."""
    target = {"string": "a String", "integer": "an Integer", "boolean": "a Boolean", "blob": "a Blob",
              "timestamp": "milliseconds since epoch"}.get(kind)
    if target is None:
        good = list if kind == "list" else dict
        if isinstance(value, good):
            return None
        if isinstance(value, (list, dict)):
            return LIST if isinstance(value, list) else MAP
        return {"list": "Expected list or null", "map": "Expected map or null", "structure": "Expected null"}[kind]
    if isinstance(value, list):
        return LIST
    if isinstance(value, dict):
        return MAP
    token = ("TRUE_VALUE" if value else "FALSE_VALUE") if isinstance(value, bool) else \
        "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
    good = {"string": "STRING_VALUE", "blob": "STRING_VALUE", "integer": "NUMBER_VALUE", "timestamp": "NUMBER_VALUE"}.get(kind)
    fine = isinstance(value, bool) if kind == "boolean" else token == good
    if fine and kind == "blob":
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            fine = False
    return None if fine else f"{token} can not be converted to {target}"


def clean(name, value):
    """(value without nulls and with whole numbers, None), or (None, text of the first type error)."""
    shape = SHAPES[name]
    if shape.get("document"):
        return value, None
    kind = shape["type"]
    error = wrong_type(kind, value)
    if error:
        return None, error
    if kind == "integer":
        return max(-2**31, min(2**31 - 1, int(value))), None
    if kind == "list":
        parts = [(i, shape["member"]["shape"], v) for i, v in enumerate(value)]
    elif kind == "map":
        parts = [(k, shape["value"]["shape"], v) for k, v in value.items() if v is not None]
    elif kind == "structure":
        parts = [(m, t["shape"], value[m]) for m, t in shape["members"].items() if value.get(m) is not None]
    else:
        return value, None
    done = {}
    for key, of, part in parts:
        done[key], error = (None, None) if part is None else clean(of, part)
        if error:
            return None, error
    return (list(done.values()) if kind == "list" else done), None


def java(name, value):
    """As Java's toString prints it, secrets left out."""
    shape = SHAPES[name]
    if value is None:
        return "null"
    if shape.get("sensitive"):
        return "***Sensitive Data Redacted***"
    if shape.get("document"):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    kind = shape["type"]
    if kind == "list":
        return "[" + ", ".join(java(shape["member"]["shape"], v) for v in value) + "]"
    if kind == "map":
        return "{" + ", ".join(f"{k}={java(shape['value']['shape'], value[k])}" for k in sorted(value)) + "}"
    if kind == "structure":
        inner = (f"{shown(m, t)}={java(t['shape'], value.get(m))}" for m, t in shape["members"].items())
        return f"{name}({', '.join(inner)})"
    if kind == "blob":
        size = len(base64.b64decode(value))
        return f"java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]"
    return {True: "true", False: "false"}[value] if kind == "boolean" else str(value)


def rules(name, value=None):
    """All constraints of a shape as (text, holds, rank in a bracketed list)."""
    shape = SHAPES[name]
    if "enum" in shape:
        order = shape.get("printed") or java_order(tuple(shape["enum"]))
        return [(f"Member must satisfy enum value set: [{', '.join(order)}]", value in shape["enum"], 0)]
    number = shape["type"] == "integer"
    word = "value" if number else "length"
    size = value if number else 0
    if not number and value is not None:
        size = len(base64.b64decode(value)) if shape["type"] == "blob" else len(value)
    size = size or 0
    found = []
    if "pattern" in shape:
        text = f"Member must satisfy regular expression pattern: {shape['pattern']}"
        found.append((text, value is not None and matches(shape["pattern"], value), 2))
    if "min" in shape:
        found.append((f"Member must have {word} greater than or equal to {shape['min']}", size >= shape["min"], 1))
    if "max" in shape:
        found.append((f"Member must have {word} less than or equal to {shape['max']}", size <= shape["max"], 0))
    return found[1:] + found[:1] if shape.get("lengthFirst") else found


def violations(name, value, path, hidden):
    """Every violation below a value, in order."""
    shape, out = SHAPES[name], []
    hidden = hidden or shape.get("sensitive", False)
    kind = "document" if shape.get("document") else shape["type"]

    def add(text, secret=False):
        print_it = "" if hidden or secret else f" '{java(name, value)}'"
        out.append(f"Value{print_it} at '{path}' failed to satisfy constraint: {text}")

    def null(where, of):
        word = "" if hidden or SHAPES[of].get("sensitive") else " null"
        out.append(f"Value{word} at '{where}' failed to satisfy constraint: Member must not be null")

    if kind == "structure":
        for member, target in sorted(shape["members"].items(), key=lambda m: shown(*m)):
            where = f"{path}.{shown(member, target)}" if path else shown(member, target)
            if member in value:
                out += violations(target["shape"], value[member], where, hidden)
            elif member in shape.get("required", []):
                null(where, target["shape"])
    elif kind in ("list", "map"):
        of = shape["member" if kind == "list" else "value"]["shape"]
        keyed = [shape["key"]["shape"]] if kind == "map" else []
        secret = any(SHAPES[n].get("sensitive") for n in [of, *keyed])
        for text, holds, _ in rules(name, value):
            if not holds:
                add(text, secret)
        parts = list(enumerate(value, 1)) if kind == "list" else sorted(value.items())
        scalar = SHAPES[of]["type"] not in ("structure", "list", "map")
        groups = [("Map keys", keyed[0], value)] if keyed else []
        groups += [("Map value" if keyed else "Member", of, [v for _, v in parts if v is not None])] if scalar else []
        for who, inner, values in groups:
            if any(not holds for v in values for _, holds, _ in rules(inner, v)):
                texts = [text for text, _, _ in sorted(rules(inner), key=lambda r: r[2])]
                add(f"{who} must satisfy constraint: [{', '.join(texts)}]", secret)
        if scalar and any(v is None for _, v in parts):
            add("Member must satisfy constraint: [Member must not be null]", secret)
        for key, part in [] if scalar else parts:
            where = f"{path}.{key}.member"
            if part is None:
                null(where, of)
            else:
                out += violations(of, part, where, hidden)
    elif kind not in ("document", "boolean", "timestamp"):
        for text, holds, _ in rules(name, value):
            if not holds:
                add(text)
    return out


def expected(op, body):
    """The outcome of a whole request."""
    root = OPS[op]["input"]["shape"]
    value, error = clean(root, body)
    if error:
        return {"serialization": error}
    found = violations(root, value, "", False)[:10]
    if not found:
        return None
    return {"invalid": f"{len(found)} validation error{'s'[:len(found) > 1]} detected: " + "; ".join(found)}


FAMILIES = [
    lambda n: "a" * n, lambda n: "1" * n, lambda n: "us-east-1_" + "a" * (n - 10), lambda n: "a_a" + "a" * (n - 3),
    lambda n: "import-" + "a" * (n - 7), lambda n: "arn:aws:iam::000000000000:role/" + "a" * (n - 31),
    lambda n: "arn:aws:s3:::" + "a" * (n - 13), lambda n: "a:a:::a" + "a" * (n - 7), lambda n: "arn:a:a::1:a" + "a" * (n - 12),
    lambda n: "arn:a:a:::a" + "a" * (n - 11), lambda n: "a@" + "a" * (n - 2), lambda n: "{####}" + "a" * (n - 6),
    lambda n: "{##a##}" + "a" * (n - 7), lambda n: "tkn" + "a" * 25, lambda n: "01234567-89ab-4cde-8f01-23456789abcd",
    lambda n: "https://" + "a" * (n - 8), lambda n: "terms-of-use", lambda n: "cognito:default", lambda n: "Level1",
]
ODD = ["\u00e9", " ", "\u3000", "\n", "a b", " a", "a ", "a\nb", "_", "-", ".", "a.", "\U0001f600", "\u0301", "\u20ac", "\"", "$", "{###}"]


def text_of(shape, length):
    """A text of this length that breaks nothing but maybe the length, or None."""
    for family in FAMILIES:
        text = family(length)
        if len(text) == length and ("pattern" not in shape or matches(shape["pattern"], text)):
            return text
    return None


@functools.cache
def texts(name):
    """(what is tried, text) for a string shape; the first one breaks nothing."""
    shape = SHAPES[name]
    if "enum" in shape:
        return [(f"value {v}", v) for v in shape["enum"]] + [("no value", "NO_SUCH_VALUE"), ("empty", "")]
    low, high = shape.get("min", 0), shape.get("max", 40)
    inside = [n for n in [*range(low, low + 45)] if n <= high and text_of(shape, n) is not None][:1]
    inside += [n for n in range(high, max(high - 45, low), -1) if text_of(shape, n) is not None][:1]
    cases = [(f"length {n}", text_of(shape, n)) for n in inside]
    if low:
        cases.append((f"length {low - 1}", text_of(shape, low - 1) or "a" * (low - 1)))
    if "max" in shape:
        cases.append((f"length {high + 1}", text_of(shape, high + 1) or "a" * (high + 1)))
        cases.append((f"{high} characters outside the first plane", "\U0001f600" * high))
    if "pattern" in shape:
        cases += [(f"odd {odd!r}", odd * max(low, 1)) for odd in ODD]
    return cases


def good(name):
    """A value that breaks nothing."""
    shape = SHAPES[name]
    kind = "document" if shape.get("document") else shape["type"]
    if kind == "string":
        return texts(name)[0][1]
    if kind == "structure":
        return {m: good(shape["members"][m]["shape"]) for m in shape.get("required", [])}
    if kind == "list":
        return [good(shape["member"]["shape"])] * shape.get("min", 0)
    if kind == "map":
        return {good(shape["key"]["shape"]): good(shape["value"]["shape"])} if shape.get("min") else {}
    return {"integer": shape.get("min", 0), "boolean": True, "timestamp": 1, "blob": "AAAA" * ((shape.get("min", 0) + 2) // 3)}.get(kind, {})


def tries(name, depth=0):
    """(what is tried, value) for a shape, inner shapes included."""
    shape = SHAPES[name]
    kind = "document" if shape.get("document") else shape["type"]
    if kind == "document":
        return [("a document", {"a": [None, {"b": 1.5}]})]
    cases = [("a string", "x"), ("a number", 7), ("true", True), ("false", False), ("a list", ["x"]), ("an object", {"x": "y"})]
    if kind == "string":
        cases += texts(name)
    elif kind == "integer":
        low, high = shape.get("min"), shape.get("max")
        edges = [low, low - 1] * (low is not None) if low is not None else []
        edges += [high, high + 1] if high is not None else []
        cases += [(f"number {n}", n) for n in [*edges, 1.9, -0.5, 2**31, -2**40, 2**63, 1e30]]
    elif kind == "timestamp":
        cases += [(f"number {n}", n) for n in [0, -1, 1.5, 2**40, 1e30]] + [("a date", "2026-01-01T00:00:00Z")]
    elif kind == "blob":
        cases += [("bad base64", "AAA"), ("bad letter", "AA!A")]
        for size in {shape["max"], shape["max"] + 1}:
            cases.append((f"{size} bytes", base64.b64encode(bytes(size)).decode()))
    elif kind == "structure":
        for member, target in shape["members"].items():
            base = good(name)
            absent = {k: v for k, v in base.items() if k != member}
            cases += [(f"{member} absent", absent), (f"{member} null", {**base, member: None})]
            for what, value in tries(target["shape"], depth + 1):
                cases.append((f"{member}: {what}", {**base, member: value}))
        cases.append(("an unknown member", {**good(name), "NoSuchMember": {"x": [None, 1]}}))
        if len(shape["members"]) > 1:
            cases.append(("every member an empty string", {m: "" for m in shape["members"]}))
            strings = {m: "" for m, t in shape["members"].items() if SHAPES[t["shape"]]["type"] == "string"}
            cases.append(("every text empty", strings))
    elif kind == "list":
        item = good(shape["member"]["shape"])
        sizes = {0, 1, shape.get("min", 1), shape.get("max", 1), shape.get("max", 1) + 1} if "max" in shape else {0, 1, 2}
        cases += [(f"{n} items", [item] * n) for n in sorted(sizes)]
        cases += [("a null item", [item, None])]
        cases += [(f"item: {what}", [item, value]) for what, value in tries(shape["member"]["shape"], depth + 1)]
    elif kind == "map":
        key, value = good(shape["key"]["shape"]), good(shape["value"]["shape"])
        cases += [("an empty map", {}), ("a null value", {key: None})]
        cases += [(f"{n} entries", {f"k{i}": value for i in range(n)}) for n in {shape.get("max", 1), shape.get("max", 1) + 1}]
        cases += [(f"key: {what}", {k: value}) for what, k in texts(shape["key"]["shape"])]
        cases += [(f"value: {what}", {key: v}) for what, v in tries(shape["value"]["shape"], depth + 1)]
    return cases


def main():
    apply_overrides()
    short = re.compile(r"([^\\\"\d])\1{199,}")
    write = sys.stdout.write
    for op in OPS:
        root = OPS[op]["input"]["shape"]
        for body, outcome in [([], LIST), ("x", None), (None, None), (True, None), (3, None)]:
            case = {"op": op, "what": f"body {body!r}", "body": body, "expect": {"serialization": outcome}}
            write(json.dumps(case) + "\n")
        for what, body in tries(root):
            if not isinstance(body, dict):
                continue
            case = {"op": op, "what": what, "body": body, "expect": expected(op, body)}
            line = json.dumps(case, ensure_ascii=False)
            write(short.sub(lambda m: f"\x02{m[1]}*{len(m[0])}\x03", line) + "\n")


if __name__ == "__main__":
    main()
