/*
** A command of SMTP or POP3 as it is written.
*/
#ifndef sat_mail_command_line_h
#define sat_mail_command_line_h

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends one command, without its CRLF, and that; 0, or -1: it has a CR, LF
** or NUL, is longer than 'most' bytes, or is empty and may not be. */
int sat_command_line(struct sat_buf *out, const char *line, size_t n,
                     size_t most, bool may_be_empty, struct sat_error *err);

#endif
