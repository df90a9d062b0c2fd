#include "format/mime_idn.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/text.h"
#include "format/mime_gmime.h"
#include "format/mime_slice.h"

#define LONGEST 1024 /* bytes of a domain; DNS allows 253 */

/* the domain as a C string behind "a@"; false: there is none to convert */
static bool domain_of(const struct sat_buf *email, char text[LONGEST],
                      size_t *at_r) {
  const uint8_t *at = email->n > 0 ? memrchr(email->p, '@', email->n) : NULL;
  if (at == NULL) return false;
  *at_r = (size_t)(at - email->p);
  size_t n = email->n - *at_r - 1;
  if (n == 0 || n > LONGEST - 3 || memchr(at, '\0', n + 1) != NULL)
    return false;
  memcpy(text, "a@", 2);
  memcpy(text + 2, at + 1, n);
  text[n + 2] = '\0';
  return sat_text_is_utf8(text, n + 2);
}

static void put_domain(struct sat_buf *email, size_t at, const char *domain) {
  email->n = at + 1;
  sat_buf_str(email, domain);
}

static bool has_ascii_label(const struct sat_buf *email) {
  struct sat_slice s = {(const char *)email->p, email->n};
  for (; s.n > 4; s.p++, s.n--)
    if (*s.p == 'x' || *s.p == 'X')
      if (sat_slice_begins(s, "xn--")) return true;
  return false;
}

static const char *parsed_domain(InternetAddressList *list) {
  InternetAddress *a = list != NULL && internet_address_list_length(list) == 1
                           ? internet_address_list_get_address(list, 0)
                           : NULL;
  if (a == NULL || !INTERNET_ADDRESS_IS_MAILBOX(a)) return NULL;
  const char *addr =
      internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a));
  const char *at = addr != NULL ? strrchr(addr, '@') : NULL;
  return at != NULL && at[1] != '\0' ? at + 1 : NULL;
}

void sat_idn_to_unicode(struct sat_buf *email) {
  char text[LONGEST];
  size_t at;
  if (!has_ascii_label(email) || !domain_of(email, text, &at)) return;
  if (strpbrk(text, " \t,;:<>()\"[]\\") != NULL) return;
  sat_gmime_start();
  InternetAddressList *list = internet_address_list_parse(NULL, text);
  const char *domain = parsed_domain(list);
  if (domain != NULL && sat_text_is_utf8(domain, strlen(domain)) &&
      strpbrk(domain, " \t\r\n,;<>@") == NULL)
    put_domain(email, at, domain);
  if (list != NULL) g_object_unref(list);
}

static bool is_ascii(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i] >= 0x80) return false;
  return true;
}

bool sat_idn_to_ascii(struct sat_buf *email) {
  char text[LONGEST];
  size_t at;
  if (is_ascii(email->p, email->n)) return true;
  if (!domain_of(email, text, &at) || !is_ascii(email->p, at)) return false;
  sat_gmime_start();
  InternetAddress *a = internet_address_mailbox_new(NULL, text);
  const char *addr =
      internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(a));
  const char *sign = addr != NULL ? strrchr(addr, '@') : NULL;
  bool done = sign != NULL &&
              is_ascii((const uint8_t *)sign, strlen(sign)) && sign[1] != '\0';
  if (done) put_domain(email, at, sign + 1);
  g_object_unref(a);
  return done;
}
