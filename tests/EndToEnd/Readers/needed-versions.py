"""Prints the symbol versions that a 64-bit little-endian ELF library needs, one a line."""
import struct
import sys

data = open(sys.argv[1], "rb").read()
table, = struct.unpack_from("<Q", data, 0x28)
size, count, names = struct.unpack_from("<HHH", data, 0x3A)
headers = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]


def text(offset):
    return data[offset:data.index(b"\0", offset)].decode()


sections = {text(headers[names][4] + header[0]): header for header in headers}
strings, need = sections[".dynstr"][4], sections[".gnu.version_r"][4]
while True:
    _, entries, _, first, following = struct.unpack_from("<HHIII", data, need)
    entry = need + first
    for _ in range(entries):
        _, _, _, name, step = struct.unpack_from("<IHHII", data, entry)
        print(text(strings + name))
        entry += step
    if not following:
        break
    need += following
