"""The model registry: folders with digests, signatures, lifecycle states, and the gate before use.

In the order of data flow: ``files`` (bytes, JSON), ``manifest`` (digests), ``signature``,
``protocol`` (limits on metrics), ``history`` (states, hash chain), ``folder`` (all files of
one model, verified), ``notes`` and ``steps`` (who, why, when), ``making`` (new folders),
``change_plan``, ``states`` (transitions, and the gate before use),
``store`` (models by name), ``card`` and ``checklist`` (a model's reporting items).
"""
