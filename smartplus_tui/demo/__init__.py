"""The demo community: invented people on virtual devices, all on this machine."""
