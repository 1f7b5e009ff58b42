"""The loss of an environment's first site, rehearsed: two sites, one killed, the other serving.

Site one is the region of a rehearsal: the real stack beside a stand-in of AWS and a real API
server. Site two is the embedded cluster with real pods. Everything lives in
`.sandbox/<environment>-loss/` and ends with the command.
"""
