#!/usr/bin/env bash
# Whether a user-mode Linux runs on this machine at all, tried without a line of ours: it takes the root of this machine,
# carries out /bin/true, and must complain that its init has ended. On some processors and in some sandboxes it dies before
# that (ptrace of floating-point registers larger than it was built for). Where it does, its words are printed, exit code 1.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
said=$(cd "$folder" && TMPDIR="$folder" HOME="$folder" timeout 30 linux.uml root=/dev/root rootfstype=hostfs rootflags=/ ro \
  mem=512M con=null con0=null,fd:1 quiet init=/bin/true 2>&1)
if [[ $said == *'Attempted to kill init! exitcode=0x00000000'* ]]; then exit 0; fi
echo "!!! user-mode Linux does not run on this machine ($(uname -r), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)); it printed:"
echo "$said" | head -40
exit 1
