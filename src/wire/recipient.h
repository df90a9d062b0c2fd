/*
** Recipient rows ([MS-OXCDATA] 2.8.3.2): flags say which of the standard
** properties stand in the row; the rest follow as a property row of the
** first 'column_count' columns.  Used by RopOpenMessage,
** RopOpenEmbeddedMessage, RopReadRecipients, RopReloadCachedInformation and
** RopModifyRecipients.
**
** Invariant: a field that the flags leave out is empty and is not written.
*/
#ifndef sat_recipient_h
#define sat_recipient_h

#include "wire/row.h"

enum sat_recipient_flag { /* 2.8.3.1 RecipientFlags */
  SAT_RCPT_TYPE = 0x0007, /* mask: enum sat_recipient_type */
  SAT_RCPT_EMAIL = 0x0008,
  SAT_RCPT_DISPLAY = 0x0010,
  SAT_RCPT_TRANSMITTABLE = 0x0020,
  SAT_RCPT_SAME = 0x0040, /* transmittable name = display name */
  SAT_RCPT_OTHER_TRANSPORT = 0x0080,
  SAT_RCPT_NO_RICH_TEXT = 0x0100,
  SAT_RCPT_UNICODE = 0x0200, /* else 8-bit text */
  SAT_RCPT_SIMPLE = 0x0400,
  SAT_RCPT_OTHER_TYPE = 0x8000 /* with type none: the row names its type */
};

enum sat_recipient_type {
  SAT_RCPT_NONE = 0,
  SAT_RCPT_X500DN = 1,
  SAT_RCPT_MS_MAIL = 2,
  SAT_RCPT_SMTP = 3,
  SAT_RCPT_FAX = 4,
  SAT_RCPT_PROFS = 5, /* Professional Office System */
  SAT_RCPT_PDL1 = 6,  /* personal distribution list */
  SAT_RCPT_PDL2 = 7
};

struct sat_recipient {
  uint32_t flags;               /* 16 bits */
  uint32_t address_prefix_used; /* x500dn: bytes of the client's own prefix */
  uint32_t display_type;        /* x500dn */
  struct sat_bytes x500dn;      /* 8-bit text behind the prefix */
  struct sat_bytes entry_id, search_key; /* personal distribution list */
  struct sat_bytes address_type;         /* 8-bit text */
  struct sat_bytes email_address, display_name; /* text as the flags say */
  struct sat_bytes simple_display_name, transmittable_display_name;
  struct sat_row row; /* the further properties, row.columns.n of them */
};

const char *sat_recipient_type_name(uint32_t flags);
int sat_recipient_type_by_name(const char *name); /* or -1 */

/* 'columns' are those that came with the message or request; the row takes
** the first of them. */
int sat_recipient_decode(struct sat_reader *r, struct sat_columns columns,
                         struct sat_recipient *rcpt_r);
void sat_recipient_encode(struct sat_buf *b,
                          const struct sat_recipient *rcpt);
void sat_recipient_random(struct sat_arena *a, uint64_t *seed,
                          struct sat_columns columns,
                          struct sat_recipient *rcpt_r);
void sat_recipient_print(struct sat_buf *b, const struct sat_recipient *rcpt);

#endif
