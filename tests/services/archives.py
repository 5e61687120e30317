"""Makes archives that nobody should unpack, one of each kind, in the directory it is given; for tests.

The name of each says what is wrong with it, up to the first dot.
"""

import gzip
import io
import struct
import sys
import tarfile
import zipfile

PLACE = sys.argv[1]


def entry(name, kind=tarfile.REGTYPE, content=b"", mode=0o644, to="", pax=None):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname, info.size = kind, mode, to, len(content)
    if pax:
        info.pax_headers = pax
    return info, content


def tar(name, *entries, format=tarfile.PAX_FORMAT, packed=False):
    with tarfile.open(f"{PLACE}/{name}.tar{'.gz' if packed else ''}", "w:gz" if packed else "w", format=format) as archive:
        archive.addfile(*wrapped(entry("before.txt", content=b"before")))
        for one in entries:
            archive.addfile(*wrapped(one))


def wrapped(one):
    info, content = one
    return info, io.BytesIO(content)


def raw(name, data):
    with open(f"{PLACE}/{name}", "wb") as file:
        file.write(data)


def bytes_of(name):
    with open(f"{PLACE}/{name}", "rb") as file:
        return file.read()


def zip_(name, *entries, **more):
    with zipfile.ZipFile(f"{PLACE}/{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("before.txt", "before")
        for path, content, mode in entries:
            info = zipfile.ZipInfo(path)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, content)


FILE, LINK = 0o100644, 0o120777

# Names.
for number, path in enumerate(["../up", "a/../../up", "/absolute", "a/b/../../../up", ".."]):
    tar(f"leads_{number}", entry(path, content=b"x"))
    zip_(f"leads_{number}", (path, "x", FILE))
for number, path in enumerate(["a\nb", "a\x1b[2Jb", "a\x7fb", "a\u202eb", "back\\slash", "C:/x", "x" * 256, "d/" * 65 + "x"]):
    tar(f"name_{number}", entry(path, content=b"x"))
    if number != 4:
        zip_(f"name_{number}", (path, "x", FILE))
tar("name_bytes", entry("caf\udce9", content=b"x"), format=tarfile.GNU_FORMAT)
for number, path in enumerate([".git/hooks/post-checkout", "x/.GIT/config", ".somagent/x"]):
    tar(f"protected_{number}", entry(path, content=b"x", mode=0o755))
    zip_(f"protected_{number}", (path, "x", FILE))

# Two names for one place.
for number, (one, other) in enumerate([
    ("a/x", "A/y"), ("readme", "README"), ("é", "e\u0301"), ("straße", "STRASSE"), ("x", "x"), ("x", "x/y"), ("d/x", "d"),
]):
    tar(f"alike_{number}", entry(one, content=b"1"), entry(other, content=b"2"))
    zip_(f"alike_{number}", (one, "1", FILE), (other, "2", FILE))

# Links, devices, modes.
for number, to in enumerate(["/etc/passwd", "../up", "a/../../up", "b/../..", "", ".git/config"]):
    tar(f"link_{number}", entry("link", tarfile.SYMTYPE, to=to, mode=0o777))
    if to:
        zip_(f"link_{number}", ("link", to, LINK))
tar("link_through", entry("d", tarfile.SYMTYPE, to="."), entry("d/x", content=b"x"))
tar("link_dance", entry("d", tarfile.SYMTYPE, to="."), entry("e", tarfile.SYMTYPE, to="d/d/../../.."))
for number, to in enumerate(["/etc/passwd", "../up", "missing", "later"]):
    tar(f"hard_{number}", entry("hard", tarfile.LNKTYPE, to=to), entry("later", content=b"x"))
tar("kind_character", entry("null", tarfile.CHRTYPE))
tar("kind_block", entry("disk", tarfile.BLKTYPE))
tar("kind_fifo", entry("fifo", tarfile.FIFOTYPE))
tar("kind_contiguous", entry("cont", tarfile.CONTTYPE))
zip_("kind_character", ("null", "", 0o020644))
zip_("kind_fifo", ("fifo", "", 0o010644))
zip_("kind_socket", ("socket", "", 0o140644))
for mode in [0o4755, 0o2755, 0o1644]:
    tar(f"mode_{mode:o}", entry("run", content=b"x", mode=mode))
    zip_(f"mode_{mode:o}", ("run", "x", 0o100000 | mode))

# What programs differ about.
tar("pax_size", entry("x", content=b"x" * 600, pax={"size": "1"}))
tar("pax_sparse", entry("x", content=b"x", pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "y"}))
tar("pax_path", entry("fine", content=b"x", pax={"path": "../up"}))
tar("pax_realsize", entry("x", content=b"x" * 600, pax={"SCHILY.realsize": "1"}))
tar("pax_charset", entry("x", content=b"x", pax={"hdrcharset": "BINARY"}))
plain = bytes_of("name_0.tar")
tar("fine", entry("a/b", content=b"x"))
fine = bytes_of("fine.tar")
raw("after_end.tar", fine + fine)
raw("after_end.tar.gz", gzip.compress(fine) + gzip.compress(fine))
raw("after_garbage.tar", fine + b"\0" * 512 + b"x")
raw("after_garbage.tar.gz", gzip.compress(fine) + b"garbage")
raw("cut.tar", fine[:700])
raw("cut_block.tar", fine[:1536])
raw("cut.tar.gz", gzip.compress(fine)[:-9])
raw("checksum.tar", fine[:10] + b"!" + fine[11:])
sparse = bytearray(tarfile.TarInfo("sparse").tobuf(tarfile.GNU_FORMAT))
sparse[156:157] = b"S"
sparse[148:156] = b" " * 8
sparse[148:156] = b"%06o\0 " % sum(sparse)
raw("kind_sparse.tar", bytes(sparse) + b"\0" * 1024)
long = bytearray(tarfile.TarInfo("long").tobuf(tarfile.GNU_FORMAT))
long[156:157] = b"L"
long[124:136] = b"%011o\0" % (1 << 32)
long[148:156] = b" " * 8
long[148:156] = b"%06o\0 " % sum(long)
raw("header_long.tar", bytes(long) + b"x" * 4096)

# Too much.
raw("bomb_ratio.tar.gz", gzip.compress(bytes(fine[:512]) + b"\0" * 60_000_000))
tar("bomb_file", entry("zeros", content=b"\0" * 40_000_000), packed=True)
zip_("bomb_file", ("zeros", b"\0" * 40_000_000, FILE))
with tarfile.open(f"{PLACE}/bomb_entries.tar", "w") as archive:
    for number in range(1_001):
        archive.addfile(tarfile.TarInfo(f"f{number}"))

# Zip archives that say two things.
zip_("fine", ("a/b", "x" * 100, FILE))
fine_zip = bytes_of("fine.zip")
zip_("other", ("c/d", "y", FILE))
raw("zip_two.zip", fine_zip + bytes_of("other.zip"))
raw("zip_garbage.zip", fine_zip + b"x")
raw("zip_before.zip", b"PK\3\4 and more" + fine_zip)
at = fine_zip.rindex(b"a/b")
raw("zip_names.zip", fine_zip[:at] + b"a/c" + fine_zip[at + 3:])
start = fine_zip.index(b"PK\1\2")
wrong = bytearray(fine_zip)
struct.pack_into("<I", wrong, fine_zip.rindex(b"PK\1\2") + 24, 99)
raw("zip_size.zip", bytes(wrong))
wrong = bytearray(fine_zip)
struct.pack_into("<I", wrong, fine_zip.rindex(b"PK\1\2") + 42, 0)
raw("zip_overlap.zip", bytes(wrong))
wrong = bytearray(fine_zip)
for mark, flags in [(b"PK\3\4", 6), (b"PK\1\2", 8)]:
    where = wrong.rindex(mark) + flags
    struct.pack_into("<H", wrong, where, struct.unpack_from("<H", wrong, where)[0] | 1)
raw("zip_encrypted.zip", bytes(wrong))
wrong = bytearray(fine_zip)
wrong[fine_zip.rindex(b"a/b") - 50] ^= 0
data = fine_zip.index(b"a/b") + 3
wrong[data + 1] ^= 0xFF
raw("zip_data.zip", bytes(wrong))
with zipfile.ZipFile(f"{PLACE}/zip_bzip.zip", "w", zipfile.ZIP_BZIP2) as archive:
    archive.writestr("x", "x" * 100)
hidden = fine_zip[:start] + fine_zip[fine_zip.rindex(b"PK\1\2"):]
hidden = bytearray(hidden)
end = hidden.rindex(b"PK\5\6")
struct.pack_into("<HHI", hidden, end + 8, 1, 1, end - start)
raw("zip_hidden.zip", bytes(hidden))
