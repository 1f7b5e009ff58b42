"""MirrorMaker 2: what a second site holds of the topics of the first one."""
