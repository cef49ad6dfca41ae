#!/usr/bin/env python3
"""Makes process_data.zip of process_data.py: the same bytes each time and on every machine.

    make_zip.py [--check]      --check writes nothing and exits 1 if the archive is out of date
"""

import io
import sys
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MEMBERS = ["process_data.py"]           # in this order
ARCHIVE = FOLDER / "process_data.zip"


def archive_bytes():
    """Fixed time, mode and order; stored, since compressors differ between versions of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in MEMBERS:
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3            # Unix, on Windows too
            member.external_attr = 0o100644 << 16
            archive.writestr(member, (FOLDER / name).read_bytes())
    return buffer.getvalue()


def main():
    fresh = archive_bytes()
    if "--check" in sys.argv[1:]:
        sys.exit(not ARCHIVE.exists() or ARCHIVE.read_bytes() != fresh)
    ARCHIVE.write_bytes(fresh)


if __name__ == "__main__":
    main()
