/*
** ENVELOPE (RFC 9051 7.5.2).  The structures of groups stay as they come:
** a mailbox without a host begins one, an address of NILs ends it.
*/
#include "wire/imap_parser.h"

/* address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
static bool get_address(struct sat_imap_parser *p,
                        struct sat_imap_address *a) {
  return sat_imap_get_char(p, '(') && sat_imap_get_nstring(p, &a->name) &&
         sat_imap_get_space(p) && sat_imap_get_nstring(p, &a->adl) &&
         sat_imap_get_space(p) && sat_imap_get_nstring(p, &a->mailbox) &&
         sat_imap_get_space(p) && sat_imap_get_nstring(p, &a->host) &&
         sat_imap_get_char(p, ')');
}

/* env-from and its like: "(" 1*address ")" / nil.  No address at all is taken
** for NIL, and spaces between addresses are skipped (QUIRKS 24). */
static bool get_addresses(struct sat_imap_parser *p,
                          struct sat_imap_address **list_r) {
  if (sat_imap_try_word(p, "NIL")) return true;
  if (!sat_imap_get_char(p, '(')) return false;
  while (!sat_imap_try_char(p, ')')) {
    struct sat_imap_address *a = SAT_IMAP_NEW(p, struct sat_imap_address);
    if (a == NULL || !get_address(p, a)) return false;
    *list_r = a;
    list_r = &a->next;
    while (sat_imap_try_char(p, ' ')) {
    }
  }
  return true;
}

static bool get_lists(struct sat_imap_parser *p, struct sat_imap_envelope *e) {
  static const char *const names[SAT_IMAP_ENV_N] = {
      "from", "sender", "reply_to", "to", "cc", "bcc"};
  for (int i = 0; i < SAT_IMAP_ENV_N; i++) {
    sat_reader_push(&p->r, names[i], -1);
    if (!get_addresses(p, &e->lists[i]) || !sat_imap_get_space(p))
      return false;
    sat_reader_pop(&p->r);
  }
  return true;
}

/* envelope */
bool sat_imap_parse_envelope(struct sat_imap_parser *p,
                             struct sat_imap_envelope **o_r) {
  struct sat_imap_envelope *e = SAT_IMAP_NEW(p, struct sat_imap_envelope);
  bool ok;
  *o_r = e;
  sat_reader_push(&p->r, "envelope", -1);
  ok = e != NULL && sat_imap_get_char(p, '(') &&
       sat_imap_get_nstring(p, &e->date) && sat_imap_get_space(p) &&
       sat_imap_get_nstring(p, &e->subject) && sat_imap_get_space(p) &&
       get_lists(p, e) && sat_imap_get_nstring(p, &e->in_reply_to) &&
       sat_imap_get_space(p) && sat_imap_get_nstring(p, &e->message_id) &&
       sat_imap_get_char(p, ')');
  if (ok) sat_reader_pop(&p->r);
  return ok;
}
