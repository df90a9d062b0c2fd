#include "net/tls.h"

#include <openssl/x509_vfy.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int readable(const char *path, const char *what,
                    struct sat_error *err) {
  if (path == NULL || access(path, R_OK) == 0) return 0;
  return sat_error_set(err, SAT_E_TLS, "cannot read the %s '%s'", what, path);
}

bool sat_tls_is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void trust(CURL *easy, const char *ca) {
  if (ca == NULL) return;
  if (!sat_tls_is_folder(ca)) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_CAPATH, ca);
  curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
}

int sat_tls_check_files(const struct sat_tls *tls, struct sat_error *err) {
  if (readable(tls->ca, "CA certificates", err) < 0) return -1;
  if (readable(tls->cert, "client certificate", err) < 0) return -1;
  return readable(tls->key, "client key", err);
}

int sat_tls_apply(CURL *easy, const struct sat_tls *tls,
                  struct sat_error *err) {
  long verify = tls->no_verify ? 0 : 1;
  if (sat_tls_check_files(tls, err) < 0) return -1;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify != 0 ? 2L : 0L);
  trust(easy, tls->ca);
  if (tls->cert != NULL) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->cert);
    curl_easy_setopt(easy, CURLOPT_SSLKEY,
                     tls->key != NULL ? tls->key : tls->cert);
  }
  return 0;
}

void sat_tls_apply_to_proxy(CURL *easy, const struct sat_tls *tls) {
  long verify = tls->no_verify ? 0 : 1;
  bool folder = tls->ca != NULL && sat_tls_is_folder(tls->ca);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION,
                   (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST,
                   verify != 0 ? 2L : 0L);
  if (tls->ca == NULL) return;
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder ? tls->ca : NULL);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, folder ? NULL : tls->ca);
}

const char *sat_tls_hint(long result, const char *detail) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "check the clock, or have the server's certificate renewed";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "give the certificate of its issuer as tls = { ca = \"file\" }";
    default: break;
  }
  if (strstr(detail, "name") != NULL)
    return "use the host name that the certificate is made for";
  return NULL;
}

static void explain_certificate(CURL *easy, const char *place,
                                const char *detail, struct sat_error *err,
                                const char **hint_r) {
  long result = X509_V_OK, proxy = X509_V_OK;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &result);
  curl_easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy);
  if (proxy != X509_V_OK) result = proxy;
  *hint_r = sat_tls_hint(result, detail);
  /* unspecified: the chain is good, libcurl objects to something else */
  if (result != X509_V_OK && result != X509_V_ERR_UNSPECIFIED)
    detail = X509_verify_cert_error_string(result);
  sat_error_set(err, SAT_E_TLS, "the certificate of %s is not accepted: %s",
                place, detail);
}

static const char *without_prefix(const char *detail) {
  const char *p = "SSL: ";
  size_t n = strlen(p);
  return strncmp(detail, p, n) == 0 ? detail + n : detail;
}

bool sat_tls_explain(CURL *easy, CURLcode code, const char *place,
                     const char *detail, struct sat_error *err,
                     const char **hint_r) {
  detail = without_prefix(detail);
  *hint_r = NULL;
  switch ((int)code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      explain_certificate(easy, place, detail, err, hint_r);
      return true;
    case CURLE_SSL_CACERT_BADFILE:
      sat_error_set(err, SAT_E_TLS, "the CA certificates cannot be used: %s",
                    detail);
      return true;
    case CURLE_SSL_CERTPROBLEM:
      sat_error_set(err, SAT_E_TLS,
                    "the client certificate cannot be used: %s", detail);
      return true;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
      sat_error_set(err, SAT_E_TLS, "no TLS with %s: %s", place, detail);
      *hint_r = "is this the port for TLS? TLS 1.2 is the least accepted";
      return true;
    default: return false;
  }
}
