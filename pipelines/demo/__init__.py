"""The demo: a made-up network with two years of hip fracture and acute stroke, and files of every kind of result.

Belongs here: the network, its files, and showing how they are worked off. Does not belong here: anything the product needs.
"""
