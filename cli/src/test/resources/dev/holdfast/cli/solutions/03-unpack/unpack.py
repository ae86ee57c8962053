#!/usr/bin/python3
"""The same by the descriptor, which is the file that was made, whatever the name means by now."""
import os

NAME = "/srv/home/file"
owner = os.stat("/srv/home")
fd = os.open(NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
os.write(fd, b"unpacked\n")
os.fchmod(fd, 0o640)
os.fchown(fd, owner.st_uid, owner.st_gid)
os.close(fd)
