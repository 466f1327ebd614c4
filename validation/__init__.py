"""Measurements on real data: two assemblies, a second opinion, its fixtures, reference materials.

Each module prints Markdown tables; ``python -m validation`` runs all of them and
``python -m validation --write`` puts the tables into ``docs/validation.md``.
"""
