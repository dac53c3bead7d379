"""Checks a shard with Python's tarfile and prints {key: {extension: size}}, {key: where its image begins} and the first sample's metadata as JSON."""
import json
import sys
import tarfile

samples, offsets = {}, {}
previous = None
with tarfile.open(sys.argv[1]) as tar:
    for member in tar:
        assert member.isfile() and member.mtime == 0 and member.uid == 0 and member.gid == 0, member
        key, extension = member.name.split(".", 1)
        assert key == previous or key not in samples, f"members of {key} are not consecutive"
        previous = key
        offsets.setdefault(key, member.offset_data)
        samples.setdefault(key, {})[extension] = len(tar.extractfile(member).read())
    first = json.load(tar.extractfile(next(iter(samples)) + ".json"))
print(json.dumps({"samples": samples, "offsets": offsets, "first": first}))
