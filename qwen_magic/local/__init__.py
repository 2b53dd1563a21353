"""A model on this computer: a server that runs already, or one of our own. It knows `responses` alone.

`finding` asks the servers that may run here, `choosing` picks a model of theirs. If none runs,
`weights` names a model, `fetching` brings it, and `serving` is the process that answers with it;
`leases` ends that process with the last kernel that uses it. `place` is where they meet.
"""
