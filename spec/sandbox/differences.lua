-- Where the sandbox and the recorded server still differ: Lua patterns of
-- paths (file.exchange.field…), and why.

return {
  { number = 1, why = "the clock",
    "%.gwart_time$", "%.logon_time%.%a+$" },
  { number = 2, why = "GUIDs and ids are made afresh",
    "%.mailbox_guid$", "%.repl_guid$", "%.message_id$", "%.server_guid$" },
  { number = 3, why = "the sandbox gives every mailbox the folder Archive",
    "checks%.7%.rops%.%d%.row_count$", "checks%.7%.rops%.4%.row_data%.20" },
  { number = 4, why = "the recorded mailbox held messages",
    "%.36020003$", "%.table_row_data$" },
  { number = 5, why = "the address book names the type as the client did",
    "checks%.[1-4]%.x%-requesttype$" },
  { number = 6, why = "the recorded server had a distribution list",
    "checks%.2%.row_count$", "checks%.2%.row_data%.4$", "checks%.2%.state%.num_pos$",
    "checks%.2%.state%.total_recs$" },
  { number = 7, why = "Unicode rows are told by the code page 1200",
    "checks%.3%.code_page$" },
  { number = 8, why = "an unknown name is unresolved (0), not ambiguous (1)",
    "checks%.3%.minimal_ids%.2$" },
}
