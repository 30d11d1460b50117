"""A small disk of its own: ext4 in a file, mounted by a loop device. Needs root; skips the test where it cannot be had."""
import fcntl
import os
import shutil
import struct
import subprocess

import kit

GOING_DOWN = 0x8004587D   # FS_IOC_GOINGDOWN = _IOR('X', 125, uint32_t)
NO_LOG_FLUSH = struct.pack("I", 2)


def _run(*command):
    return subprocess.run(command, capture_output=True, text=True)


class Disk:
    def __init__(self, mib=96):
        if os.geteuid() != 0:
            kit.skip("a disk of its own needs root")
        if shutil.which("mkfs.ext4") is None or shutil.which("losetup") is None:
            kit.skip("mkfs.ext4 or losetup is not here")
        self.folder = kit.folder()
        self.image, self.at = os.path.join(self.folder, "image"), os.path.join(self.folder, "disk")
        os.mkdir(self.at)
        with open(self.image, "wb") as file:
            file.truncate(mib << 20)
        made = _run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=0", self.image)
        if made.returncode != 0:
            kit.skip(f"mkfs.ext4: {made.stderr.strip()}")
        kit._undo.append(self.unmount)
        done = self.mount()
        if done.returncode != 0:
            kit.skip(f"no loop device: {done.stderr.strip()}")

    def mount(self):
        return _run("mount", "-o", "loop", self.image, self.at)

    def unmount(self):
        return _run("umount", self.at)

    def free(self):
        info = os.statvfs(self.at)
        return info.f_bavail * info.f_frsize

    def fill(self):
        """Take every block that is free, so that the next one that is asked for is ENOSPC."""
        with open(os.path.join(self.at, "filler"), "ab", buffering=0) as file:
            for size in (1 << 20, 4096, 512):
                try:
                    while True:
                        file.write(b"\1" * size)
                except OSError:
                    pass
            try:
                os.fsync(file.fileno())
            except OSError:
                pass

    def empty(self):
        os.unlink(os.path.join(self.at, "filler"))

    def cut(self):
        """The power goes: from now on every write fails, and what was not synced is gone after again()."""
        link = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(link, GOING_DOWN, NO_LOG_FLUSH)
        finally:
            os.close(link)

    def again(self):
        gone = self.unmount()
        if gone.returncode != 0:
            raise SystemExit(f"umount: {gone.stderr}")
        back = self.mount()
        if back.returncode != 0:
            raise SystemExit(f"mount: {back.stderr}")

