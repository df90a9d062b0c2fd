/*
** Why TLS failed, in words, and what to do about it.  OpenSSL knows the
** reason by three ways: what it found wrong with the certificate, what it
** found wrong itself, and the alert that the other end sent (RFC 8446 6.2).
*/
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "net/tls_state.h"

static const struct {
  int reason;
  const char *text, *hint;
} words[] = {
    {SSL_R_WRONG_VERSION_NUMBER, "it does not answer in TLS",
     "is this the port for TLS? Many servers begin in clear text and go on "
     "by STARTTLS"},
    {SSL_R_HTTP_REQUEST, "it does not answer in TLS",
     "is this the port for TLS?"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "it speaks only versions before TLS 1.2",
     "have TLS 1.2 or 1.3 enabled on the server"},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
     "it speaks none of our versions of TLS",
     "have TLS 1.2 or 1.3 enabled on the server"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
     "it takes none of our algorithms, or wants a client certificate",
     "if it wants one, give tls = { cert = \"file\", key = \"file\" }"},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
     "it wants a client certificate",
     "give tls = { cert = \"file\", key = \"file\" }"},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
     "it does not accept the client certificate",
     "check tls = { cert = \"file\" }"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
     "it does not accept the client certificate",
     "check tls = { cert = \"file\" }"},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
     "it does not accept this kind of client certificate",
     "check tls = { cert = \"file\" }"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
     "the client certificate is revoked", "have a new one issued"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
     "the client certificate has expired", "have it renewed"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA,
     "it does not know the issuer of the client certificate",
     "give the whole chain in tls = { cert = \"file\" }"},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED,
     "it denies access to this client certificate", NULL},
    {SSL_R_TLSV1_UNRECOGNIZED_NAME, "it knows no host of this name",
     "is the name spelt right?"},
    {SSL_R_TLSV1_ALERT_INTERNAL_ERROR, "it failed (an internal error)",
     NULL},
    {SSL_R_DH_KEY_TOO_SMALL, "its key exchange is too weak",
     "have the server's configuration of TLS renewed"},
};

static void explain_certificate(long result, const char *place,
                                struct sat_error *err, const char **hint_r) {
  const char *detail = X509_verify_cert_error_string(result);
  if (result == X509_V_ERR_HOSTNAME_MISMATCH ||
      result == X509_V_ERR_IP_ADDRESS_MISMATCH)
    detail = "it is made for another host name";
  *hint_r = sat_tls_hint(result, detail);
  sat_error_set(err, SAT_E_TLS, "the certificate of %s is not accepted: %s",
                place, detail);
}

static void explain_reason(struct sat_tls_session *t, const char *place,
                           struct sat_error *err, const char **hint_r) {
  int reason = ERR_GET_REASON(t->error);
  const char *text = ERR_reason_error_string(t->error);
  bool ssl = ERR_GET_LIB(t->error) == ERR_LIB_SSL;
  for (size_t i = 0; ssl && i < sizeof words / sizeof *words; i++) {
    if (words[i].reason != reason) continue;
    text = words[i].text;
    *hint_r = words[i].hint;
  }
  sat_error_set(err, SAT_E_TLS, "%s %s: %s",
                t->established ? "TLS failed with" : "no TLS with", place,
                text != NULL ? text : "no reason given");
}

static void explain_end(struct sat_tls_session *t, const char *place,
                        struct sat_error *err, const char **hint_r) {
  if (t->established) {
    sat_error_set(err, SAT_E_NETWORK,
                  "%s cut the connection, without the farewell of TLS",
                  place);
    return;
  }
  sat_error_set(err, SAT_E_TLS,
                "no TLS with %s: it closed the connection meanwhile", place);
  *hint_r = "is this the port for TLS? TLS 1.2 is the least accepted";
}

void sat_tls_session_explain(struct sat_tls_session *t, const char *place,
                             struct sat_error *err, const char **hint_r) {
  long result = SSL_get_verify_result(t->ssl);
  *hint_r = NULL;
  if (t->result == SAT_TLS_FAILED && t->error == 0)
    sat_error_set(err, SAT_E_NETWORK, "the connection to %s broke: %s",
                  place, strerror(t->sys_errno));
  else if (t->result != SAT_TLS_FAILED)
    explain_end(t, place, err, hint_r);
  else if (!t->established && t->verify && result != X509_V_OK)
    explain_certificate(result, place, err, hint_r);
  else
    explain_reason(t, place, err, hint_r);
}
