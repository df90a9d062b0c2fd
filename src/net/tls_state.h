/*
** What the files of a TLS session share: tls_session.c runs it, tls_words.c
** puts its failures into words, tls_binding.c ties what is above to it.
*/
#ifndef sat_tls_state_h
#define sat_tls_state_h

#include <openssl/ssl.h>

#include "net/tls_session.h"

struct sat_tls_session {
  SSL_CTX *ctx;
  SSL *ssl;
  BIO_METHOD *method;
  int fd;
  bool verify;
  bool established;

  /* of the last call */
  int sys_errno;
  enum sat_tls_result result;
  unsigned long error; /* OpenSSL's, the first in its queue */
};

#endif
