#pragma once

/// Parses the certificates that libgit2 asked for when it started, if it did and they are not parsed yet.
///
/// Nothing needs to call it: the first TLS handshake does. Gives back how many files and directories of
/// certificates were waiting.
int emend_git_load_certificates(void);
