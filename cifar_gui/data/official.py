"""What is known of CIFAR-10 as its authors publish it: addresses, sizes, checksums, contents. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

RECORD_BYTES = 1 + 3 * 32 * 32
"""One record of the binary edition: a label, then 1,024 red, green and blue pixels, row by row."""

CONTENT = ("1d7e1123f8349dc48e1584a6044d8414", "4caf0fa1e5fa647da5f0d87aa967e87c")
"""`ImageData.fingerprints` of the 50,000 and of the 10,000 pictures, however they are packed."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the two archives. All sizes in bytes."""

    name: str  # "binary"
    file_name: str
    size: int
    sha256: str
    folder: str  # what it unpacks to
    train_batches: tuple[str, ...]
    test_batch: str
    batch_limit: int  # no batch is larger
    pictures: int = 10_000  # in each batch

    @property
    def url(self) -> str:
        return f"https://{HOST}/~kriz/{self.file_name}"

    @property
    def batches(self) -> tuple[str, ...]:
        """All batch files, the test batch last."""
        return (*self.train_batches, self.test_batch)


HOST = "www.cs.toronto.edu"

BINARY = Edition(
    name="binary",
    file_name="cifar-10-binary.tar.gz",
    size=170_052_171,
    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    folder="cifar-10-batches-bin",
    train_batches=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test_batch="test_batch.bin",
    batch_limit=40_000_000,
)

PICKLED = Edition(
    name="pickled",
    file_name="cifar-10-python.tar.gz",
    size=170_498_071,
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    folder="cifar-10-batches-py",
    train_batches=tuple(f"data_batch_{number}" for number in range(1, 6)),
    test_batch="test_batch",
    batch_limit=64_000_000,
)

EDITIONS = (BINARY, PICKLED)
