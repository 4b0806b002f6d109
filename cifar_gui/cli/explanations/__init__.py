"""What `cifar-gui explain` can explain, one file each."""
