"""What removes the name of a user or a machine, and the owners of stored files."""

from __future__ import annotations

from elfdiff.actions import Do, Run
from elfdiff.report import Effect, Fix

COMPILED = "env-user-host"
MACHINE = "env-host-command"
TAR, DEB, ZIP, RPM, HELD = "owner-in-tar", "owner-in-deb", "owner-in-zip", "owner-in-rpm", "owner-of-entries"
BY_FORMAT = {"tar": TAR, "apk": TAR, "layer": TAR, "deb": DEB, "zip": ZIP, "rpm": RPM}

HELD_FIXES = (
    Fix(
        "tar",
        Do("write the archive with tar --owner=0 --group=0 --numeric-owner"),
        Effect.REMOVES,
        (TAR,),
        note="python: tarfile with a filter that sets uid, gid, uname and gname",
    ),
    Fix(
        "dpkg-deb",
        Do("call dpkg-deb --root-owner-group --build, or write Rules-Requires-Root: no into debian/control"),
        Effect.REMOVES,
        (DEB,),
        since="dpkg 1.19",
    ),
    Fix("zip", Do("leave extra fields out: zip -X"), Effect.REMOVES, (ZIP,)),
    Fix(
        "rpmbuild",
        Do('rpmbuild --define "_buildhost localhost" and %defattr(-,root,root) in %files'),
        Effect.REMOVES,
        (RPM,),
    ),
    Fix("any", Do("run both builds as one user, or store files as user and group 0"), Effect.REMOVES, (HELD,)),
)

GO = Fix(
    "go",
    Do('leave the name out of -ldflags "-X …=…", or give the same one in both builds'),
    Effect.REMOVES,
    (COMPILED, MACHINE),
    note="go itself reads no user or host name",
)
FIXES = (
    Fix(
        "kbuild",
        Run("export KBUILD_BUILD_USER=builder KBUILD_BUILD_HOST=localhost"),
        Effect.REMOVES,
        (COMPILED, MACHINE),
    ),
    Fix(
        "any",
        Run("export USER=builder LOGNAME=builder HOSTNAME=localhost"),
        Effect.REMOVES,
        (COMPILED,),
        note="reaches scripts that read these variables; one that calls whoami must be changed to leave the name out",
    ),
    Fix(
        "any",
        Do(
            "where the script calls hostname or uname -n, which no variable changes: leave that out, or run both "
            "builds under one name (docker run --hostname localhost; unshare --uts)"
        ),
        Effect.REMOVES,
        (MACHINE,),
    ),
    Fix(
        "any",
        Do(
            "leave the user and host out of the build script, or run both builds in a container with one "
            "user and one host name"
        ),
        Effect.REMOVES,
        (COMPILED, MACHINE),
    ),
)
