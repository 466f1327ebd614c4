"""The registry of models: folders with digests, signatures, states, and the gate before use.

In the order of data flow: ``files`` (bytes, JSON), ``manifest`` (digests), ``signature``,
``protocol`` (limits against metrics), ``history`` (states, chained), ``folder`` (all files of
one model, verified), ``notes`` and ``steps`` (who, why, when), ``making`` (new folders),
``change_plan``, ``states`` (going from one to the next, the gate before use),
``store`` (where models live, by name), ``card`` and ``checklist`` (what a model reports of itself).
"""
