"""Virtual Akuvox devices: real servers on loopback that speak the devices' protocol.

They are an independent reading of the protocol and import nothing of the product, so that a mistake in one is not
repeated in the other. `VirtualDevice` is the device without its network, `VirtualSite` serves a whole site file.
"""
