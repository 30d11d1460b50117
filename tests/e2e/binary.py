#!/usr/bin/env python3
"""What is shipped is hardened: marks of the executable that the linker and the compiler leave, read with readelf, and the service
file, judged by systemd-analyze. A build that is not for shipping (sanitizers, no optimisation) is not judged."""
import os
import re
import shutil
import subprocess

import kit
from kit import check

UNIT = os.path.join(kit.ROOT, "packaging", "zhun.service")
EXPOSURE_MAX = 2.0


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def check_24_the_binary_is_hardened(path):
    name = os.path.basename(path)
    symbols = said("readelf", "-sW", path)
    if "__asan_init" in symbols or "__tsan_init" in symbols:
        kit.say(f"{name}: a build with sanitizers, not looked at")
        return
    header, segments, dynamic = said("readelf", "-hW", path), said("readelf", "-lW", path), said("readelf", "-dW", path)
    check(re.search(r"Type:\s+DYN", header), f"{name} is loaded at a place nobody knows (PIE)")
    check("GNU_RELRO" in segments, f"{name}: tables of the linker become read-only (RELRO)")
    check(re.search(r"FLAGS_1.*NOW", dynamic), f"{name}: and do so at start, all of them (NOW)")
    stack = re.search(r"GNU_STACK.*?(R\w*)\s+0x", segments)
    check(stack and "E" not in stack.group(1), f"{name}: the stack is not executable (NX)", segments)
    both = [line for line in segments.splitlines() if re.search(r"^\s+LOAD\s", line) and re.search(r"\sRWE\s", line)]
    check(not both, f"{name}: no part is written and run", both)
    check("TEXTREL" not in dynamic and "RPATH" not in dynamic, f"{name}: code is not changed at start, libraries come from the system's folders")
    check("__stack_chk_fail" in symbols, f"{name}: functions guard their return address")
    check(re.search(r"__(memcpy|snprintf|memset)_chk", symbols), f"{name}: copies into buffers of known size are checked (FORTIFY)")
    if re.search(r"Machine:.*X86-64", header):
        code = said("objdump", "-d", "--no-show-raw-insn", "--start-address=" + main_of(symbols), "--stop-address=" + hex(int(main_of(symbols), 16) + 8), path)
        check("endbr64" in code, f"{name}: where jumps may land is marked (CET)", code)


def main_of(symbols):
    return "0x" + re.search(r"([0-9a-f]{16})\s+\d+\s+FUNC\s+\w+\s+\w+\s+\d+\s+main\n", symbols).group(1)


def unit():
    tool = shutil.which("systemd-analyze")
    if tool is None or "--offline" not in said(tool, "--help"):
        kit.say("no systemd-analyze that judges files: the service file is not judged")
        return
    out = said(tool, "security", "--offline=true", UNIT)
    level = re.search(r"exposure level[^:]*:\s*([0-9.]+)", out)
    check(level and float(level.group(1)) <= EXPOSURE_MAX, f"the service file exposes {EXPOSURE_MAX} at most", out[-400:])
    kit.say(f"exposure {level.group(1) if level else '?'}")


if shutil.which("readelf") is None or shutil.which("objdump") is None:
    kit.skip("no readelf (binutils)")
kit.prove(check_24_the_binary_is_hardened, kit.ZHUN)
unit()
kit.finish()
