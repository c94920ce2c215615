"""Tell if a file lies on a disk that other machines share over a network."""

from pathlib import Path

# Types as `/proc/self/mountinfo` writes them. File systems of one machine that pass
# through a virtual machine (9p, virtiofs) are none of them.
NETWORK_TYPES = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre"),
        *("beegfs", "gpfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph"),
        *("fuse.s3fs", "fuse.rclone", "fuse.davfs2", "fuse.mfs"),
    }
)
MOUNTS = Path("/proc/self/mountinfo")


def network_type(file: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the network file system that holds a file, `nfs4`.

    None: it is a disk of this machine, or the system does not say what is mounted.

    Args:
        mounts: in the format of proc(5), `mountinfo`; Linux has it.
    """
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return None
    path = file.resolve()
    kind = None
    longest = -1
    for line in lines:
        mount, _, source = line.partition(" - ")
        folder = Path(_unescaped(mount.split(" ")[4]))
        depth = len(folder.parts)
        # The last of two mounts on one folder hides the first.
        if path.is_relative_to(folder) and depth >= longest:
            longest, kind = depth, source.split(" ")[0]
    return kind if kind in NETWORK_TYPES else None


def _unescaped(name: str) -> str:
    """Undo the octal escapes of blanks in a name."""
    for character in " \t\n\\":
        name = name.replace(f"\\{ord(character):03o}", character)
    return name
