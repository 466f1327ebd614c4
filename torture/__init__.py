"""Experiments that try to break a run: kills, failing disks, flipped bytes, hostile files.

``python -m torture`` runs all of them and ends with a status other than 0 if one failed;
``python -m torture --write`` puts the tables into ``docs/torture.md``.
"""
