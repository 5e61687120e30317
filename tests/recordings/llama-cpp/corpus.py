"""Builds corpus.zip: about 1 MB of mixed text whose parts may all be redistributed.

    python -m venv venv && venv/bin/pip install babel==2.18.0
    venv/bin/python corpus.py CRATES DOCS

CRATES is a folder of crate sources (`~/.cargo/registry/src/*/`), DOCS the HTML documents of a Rust
toolchain (`$(rustc --print sysroot)/share/doc/rust/html`). What each part is: README.md.
"""
import html, pathlib, random, re, sys, unicodedata, zipfile
from babel import Locale, localedata

crates, docs = map(pathlib.Path, sys.argv[1:3])
rng = random.Random(20240607)
out = []


def take(text, size):
    return text[: text.rfind("\n", 0, size) + 1]


for path, size in [
    ("serde_json-1*/src/de.rs", 40_000),
    ("regex-automata-0*/src/meta/strategy.rs", 30_000),
    ("unicode-width-0*/src/tables.rs", 20_000),
    ("hashbrown-0*/src/raw.rs", 40_000),
    ("clap_builder-4*/src/builder/arg.rs", 50_000),
    ("serde-1*/README.md", 10_000),
]:
    found = sorted(crates.glob(path))
    if not found:
        sys.exit(f"no {path}")
    out.append(take(found[0].read_text("utf-8"), size))

for name in ["ch04-01-what-is-ownership", "ch10-02-traits", "ch16-03-shared-state", "ch17-01-futures-and-syntax"]:
    page = (docs / "book" / f"{name}.html").read_text("utf-8")
    page = page[page.find("<main>") : page.find("</main>")]
    out.append(take(re.sub(r"\n{4,}", "\n\n\n", html.unescape(re.sub(r"<[^>]+>", "", page))) + "\n", 45_000))

for code in ["zh", "ja", "ko", "ar", "he", "hi", "th", "ru", "el", "ka", "am", "my", "ta", "vi", "fa", "km", "fr", "de", "tr"]:
    locale = Locale.parse(code)
    words = [str(name) for table in (locale.territories, locale.languages, locale.currencies) for name in table.values()]
    rng.shuffle(words)
    joiner = "、" if code in ("zh", "ja") else ", "
    lines = [joiner.join(words[at : at + 9]) for at in range(0, len(words), 9)]
    out.append(take("\n".join(lines) + "\n", 14_000))

points = [p for p in range(0x110000) if unicodedata.category(chr(p)) not in ("Cs", "Cn", "Co")]
sample = [p for p in points if p < 0x3000] + rng.sample([p for p in points if p >= 0x3000], 9_000) + [0xE000, 0xF8FF, 0x10FFFF, 0x4FFFF]
out.append("\n".join("".join(map(chr, sample[at : at + 40])) for at in range(0, len(sample), 40)) + "\n")

emoji = [p for p in points if 0x1F300 <= p <= 0x1FAFF]
for _ in range(1_200):
    parts = []
    for _ in range(rng.randrange(1, 6)):
        kind = rng.randrange(4)
        one = chr(rng.choice(emoji))
        if kind == 1:
            one += chr(rng.randrange(0x1F3FB, 0x1F400))
        elif kind == 2:
            one += "\u200d" + chr(rng.choice(emoji)) + "\ufe0f"
        elif kind == 3:
            one = chr(rng.randrange(0x1F1E6, 0x1F200)) + chr(rng.randrange(0x1F1E6, 0x1F200))
        parts.append(one)
    out.append(rng.choice(["", " ", "a "]).join(parts) + "\n")

for _ in range(1_500):
    run = "".join(rng.choice(" \t\n\r\u00a0\u2003\u3000\x0b\x0c\u200b") * rng.choice([1, 1, 1, 2, 3, 5, 9, 33]) for _ in range(rng.randrange(1, 5)))
    out.append(rng.choice(["x", "word", "9", "é", "中", "'s", "(", ""]) + run + rng.choice(["y", "'ll", "42", "_", "…", ""]))
out.append("\n")

for _ in range(2_000):
    out.append(rng.choice([f"{rng.getrandbits(60)}", f"{rng.random():.9e}", f"v{rng.randrange(99)}.{rng.randrange(999)}", f"{rng.getrandbits(96):x}", f"١٢٣٤٥ {rng.randrange(9999)} ²³½Ⅷ四"]) + rng.choice([" ", ",", "\n", "  ", "-"]))
for _ in range(600):
    out.append(rng.choice(["don't", "I'LL", "we've", "it's", "''s", "O'Neil's", "’tis", "l'été", "'''", "'d'"]) + rng.choice([" ", "\n", "", "!"]))
for _ in range(300):
    out.append(rng.choice(["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>", "<|im_", "|>", "<filename>"]) + rng.choice([" ", "", "user\n"]))

text = "".join(out).replace("\x00", "")
with zipfile.ZipFile("corpus.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    entry = zipfile.ZipInfo("corpus.txt", (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text.encode("utf-8"), compresslevel=9)
print(len(text.encode("utf-8")), "bytes")
