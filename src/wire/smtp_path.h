/*
** Addresses in commands: the paths of MAIL and RCPT (RFC 5321 4.1.2), with
** UTF-8 where SMTPUTF8 is spoken (RFC 6531 3.3), and xtext, the form of
** values that may hold anything (RFC 3461 4).
*/
#ifndef sat_smtp_path_h
#define sat_smtp_path_h

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Whether an address may stand between the brackets of a path: nothing that
** could end it or the line.  The empty one is the null reverse-path.  A
** local name without a domain is allowed (postmaster; users of LMTP). */
int sat_smtp_path_check(const char *s, size_t n, struct sat_error *err);

/* Whether it has a character beyond ASCII. */
bool sat_smtp_needs_utf8(const char *s, size_t n);

/* xtext: characters from "!" to "~" but "+" and "=", all else as +XX */
void sat_smtp_xtext(struct sat_buf *out, const char *s, size_t n);

/* The value of ORCPT: "rfc822;" xtext, or "utf-8;" with the address as it
** is but for "+", "=", "\" and controls, which are \x{XX} (RFC 6533 3). */
void sat_smtp_orcpt(struct sat_buf *out, const char *s, size_t n);

#endif
