"""The networks. One file each; `from cifar_gui.networks.base import NETWORKS` knows them all."""
