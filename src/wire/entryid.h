/*
** Entry ids ([MS-OXCDATA] 2.2): what names a folder, a message, a store or
** an addressee outside a session.  Which form it is follows from the
** provider; those of folders and messages have their store's own GUID there
** and are known by their size and type.  What is no known form is kept as
** bytes, so that every entry id reads and writes back equal.
*/
#ifndef sat_entryid_h
#define sat_entryid_h

#include "wire/value.h"

/* 2.2.1.3: an id that is unique in a deployment.  An id on the wire
** ([MS-OXCDATA] 2.2.1.1) is a 16-bit replica number and these six bytes. */
struct sat_global_id {
  struct sat_guid database;
  uint8_t counter[6];
};

enum sat_entry_id_kind {
  SAT_EID_OTHER,        /* data: all that follows the provider */
  SAT_EID_FOLDER,       /* 2.2.4.1 */
  SAT_EID_MESSAGE,      /* 2.2.4.2 */
  SAT_EID_STORE,        /* 2.2.4.3 */
  SAT_EID_ONE_OFF,      /* 2.2.5.1 */
  SAT_EID_ADDRESS_BOOK, /* 2.2.5.2 */
  SAT_EID_CONTACT,      /* 2.2.5.3, 2.2.5.4: a contact's address or a list */
  SAT_EID_WRAPPED,      /* [MS-OXOCNTC] 2.2.2.2.4.1.1 */
  SAT_EID_EPHEMERAL     /* [MS-OXNSPI] 2.2.9.2 */
};

enum sat_one_off_flag { /* 2.2.5.1, the 16 bits after the version */
  SAT_ONE_OFF_NO_RICH_TEXT = 0x0001,
  SAT_ONE_OFF_NO_LOOKUP = 0x1000,
  SAT_ONE_OFF_UNICODE = 0x8000
};

struct sat_entry_id {
  enum sat_entry_id_kind kind;
  uint32_t flags;
  struct sat_guid provider;
  uint32_t type; /* object, display, contact or wrapped type */
  struct sat_global_id folder, message;
  uint32_t version;                   /* all but folder and message */
  uint32_t wrapped_flags;             /* store */
  struct sat_guid wrapped_provider;   /* store */
  uint32_t flag;                      /* store */
  struct sat_bytes dll;               /* store: 14 bytes */
  struct sat_bytes server, mailbox_dn; /* store: 8-bit text */
  bool has_mailbox_dn;
  uint32_t bits;                       /* one-off: sat_one_off_flag */
  struct sat_bytes display_name, address_type, email_address; /* one-off */
  struct sat_bytes x500dn;             /* address book */
  uint32_t index;                      /* contact; ephemeral: the MId */
  struct sat_bytes padding;            /* contact: up to 3 bytes: QUIRKS 17 */
  struct sat_bytes data; /* contact, wrapped: the entry id inside; store:
                            what newer servers append; other */
};

/* "folder", "one_off", … */
const char *sat_entry_id_kind_name(enum sat_entry_id_kind kind);
int sat_entry_id_kind_by_name(const char *name); /* or -1 */

/* the provider of a kind that has one of its own, else NULL */
const struct sat_guid *sat_entry_id_provider(enum sat_entry_id_kind kind);

/* An entry id takes all that is left of the reader. */
int sat_entry_id_decode(struct sat_reader *r, struct sat_entry_id *e_r);
void sat_entry_id_encode(struct sat_buf *b, const struct sat_entry_id *e);
void sat_entry_id_random(struct sat_arena *a, uint64_t *seed,
                         struct sat_entry_id *e_r);
void sat_entry_id_print(struct sat_buf *b, const struct sat_entry_id *e);

/* the parts of an id of 64 bits */
uint16_t sat_id_split(uint64_t id, uint8_t counter_r[6]);

#endif
