#!/usr/bin/python3
"""Makes a file in a user's directory, and makes it the user's."""
import os

NAME = "/srv/home/file"
owner = os.stat("/srv/home")
with open(NAME, "x") as file:
    file.write("unpacked\n")
os.chmod(NAME, 0o640)
os.chown(NAME, owner.st_uid, owner.st_gid)
