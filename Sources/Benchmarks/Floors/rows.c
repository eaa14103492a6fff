#include <sqlite3.h>
#include <string.h>

#include "floors.h"

struct table {
  char *insert;
  int columns;
  size_t rows;
  sqlite3_value **values;
};

static sqlite3 *opened(const char *path, int flags) {
  sqlite3 *db;
  if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) FAIL("%s: %s", path, sqlite3_errmsg(db));
  return db;
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *text) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK) FAIL("%s: %s", text, sqlite3_errmsg(db));
  return statement;
}

static void execute(sqlite3 *db, const char *text) {
  char *message = NULL;
  if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK) FAIL("%s: %s", text, message);
}

void carry_out(const char *database, const char *statements) {
  sqlite3 *db = opened(database, SQLITE_OPEN_READWRITE);
  execute(db, "PRAGMA foreign_keys = ON");
  execute(db, statements);
  sqlite3_close(db);
}

size_t scan_rows(const char *database) {
  static const char *const tables[] = {
      "sources", "organizations", "users", "user_organization", "clusters", "deployments", "deployment_dependencies",
      "secret_digests"};
  sqlite3 *db = opened(database, SQLITE_OPEN_READONLY);
  size_t rows = 0, bytes = 0;
  execute(db, "BEGIN");
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    char text[100];
    snprintf(text, sizeof text, "SELECT * FROM %s", tables[i]);
    sqlite3_stmt *select = prepared(db, text);
    for (; sqlite3_step(select) == SQLITE_ROW; rows++)
      for (int column = 0; column < sqlite3_column_count(select); column++)
        switch (sqlite3_column_type(select, column)) {
        case SQLITE_INTEGER: bytes += (size_t)sqlite3_column_int64(select, column) & 1; break;
        case SQLITE_TEXT:
          if (sqlite3_column_text(select, column)) bytes += (size_t)sqlite3_column_bytes(select, column);
          break;
        default: break;
        }
    if (sqlite3_finalize(select) != SQLITE_OK) FAIL("%s", sqlite3_errmsg(db));
  }
  execute(db, "COMMIT");
  sqlite3_close(db);
  return bytes ? rows : 0;
}

static struct table table_of(sqlite3 *db, const char *name) {
  struct table table = {NULL, 0, 0, NULL};
  char text[200];
  snprintf(text, sizeof text, "SELECT * FROM %s", name);
  sqlite3_stmt *select = prepared(db, text);
  table.columns = sqlite3_column_count(select);
  size_t room = 0;
  for (; sqlite3_step(select) == SQLITE_ROW; table.rows++) {
    if (table.rows == room) {
      room = room ? 2 * room : 16;
      table.values = realloc(table.values, room * (size_t)table.columns * sizeof *table.values);
      if (!table.values) FAIL("out of memory");
    }
    for (int column = 0; column < table.columns; column++)
      table.values[table.rows * (size_t)table.columns + (size_t)column] =
          sqlite3_value_dup(sqlite3_column_value(select, column));
  }
  if (sqlite3_finalize(select) != SQLITE_OK) FAIL("%s", sqlite3_errmsg(db));
  size_t length = (size_t)snprintf(text, sizeof text, "INSERT INTO %s VALUES (?", name);
  for (int column = 1; column < table.columns; column++)
    length += (size_t)snprintf(text + length, sizeof text - length, ",?");
  snprintf(text + length, sizeof text - length, ")");
  if (!(table.insert = strdup(text))) FAIL("out of memory");
  return table;
}

// Query for the tables, without SQLite's internal ones.
static const char tables_text[] = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";

struct tables rows_of(const char *database) {
  sqlite3 *db = opened(database, SQLITE_OPEN_READONLY);
  struct tables tables = {calloc(64, sizeof *tables.all), 0};
  if (!tables.all) FAIL("out of memory");
  sqlite3_stmt *select = prepared(db, tables_text);
  while (sqlite3_step(select) == SQLITE_ROW && tables.count < 64)
    tables.all[tables.count++] = table_of(db, (const char *)sqlite3_column_text(select, 0));
  sqlite3_finalize(select);
  sqlite3_close(db);
  return tables;
}

sqlite3 *empty_like(const char *database, const char *path) {
  sqlite3 *from = opened(database, SQLITE_OPEN_READONLY);
  sqlite3 *into = opened(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  execute(into, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; BEGIN");
  sqlite3_stmt *select = prepared(
      from,
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
      " ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END");
  while (sqlite3_step(select) == SQLITE_ROW) execute(into, (const char *)sqlite3_column_text(select, 0));
  sqlite3_finalize(select);
  execute(into, "COMMIT");
  sqlite3_close(from);
  return into;
}

size_t insert_rows(sqlite3 *into, struct tables tables) {
  size_t rows = 0;
  execute(into, "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON");
  for (size_t i = 0; i < tables.count; i++) {
    struct table table = tables.all[i];
    sqlite3_stmt *insert = prepared(into, table.insert);
    sqlite3_value **value = table.values;
    for (size_t row = 0; row < table.rows; row++, rows++) {
      for (int column = 1; column <= table.columns; column++) sqlite3_bind_value(insert, column, *value++);
      if (sqlite3_step(insert) != SQLITE_DONE) FAIL("%s: %s", table.insert, sqlite3_errmsg(into));
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
  }
  execute(into, "COMMIT");
  sqlite3_close(into);
  return rows;
}
