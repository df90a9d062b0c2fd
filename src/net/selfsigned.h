/*
** A self-signed certificate for a listener of one's own: it serves as the
** server's certificate and as the CA that a client is told to trust.
*/
#ifndef sat_selfsigned_h
#define sat_selfsigned_h

#include "base/buf.h"
#include "base/error.h"

/*
** Appends PEM text for a new EC key and a certificate that is valid for
** 'days' for the name, 'localhost', 127.0.0.1 and ::1.  0, or -1 with the
** error set.
*/
int sat_selfsigned_make(const char *name, int days, struct sat_buf *cert_r,
                        struct sat_buf *key_r, struct sat_error *err);

#endif
