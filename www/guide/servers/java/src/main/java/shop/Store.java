package shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;

/** A file of SQLite, and how it is read and changed: one change at a time, each on the disk when it is made. */
final class Store {
    static final String SCHEMA = """
        CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL,
            session TEXT,      -- who may pay it, once somebody began to
            shipped_for TEXT,  -- the trade that it is shipped for
            shipment TEXT);    -- 'due', then 'done'
        CREATE TABLE IF NOT EXISTS payments (attempt TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT, method TEXT,
            amount INTEGER, currency TEXT, status TEXT NOT NULL, trade TEXT, action TEXT, expires INTEGER NOT NULL DEFAULT 0,
            return_url TEXT, session TEXT NOT NULL, refunded INTEGER NOT NULL DEFAULT 0);
        -- One live payment for each order: what stops a second tab from paying twice.
        CREATE UNIQUE INDEX IF NOT EXISTS live ON payments (order_id) WHERE status IN ('pending', 'processing');
        -- What the provider was asked for. A payment has more than one if its code was refreshed; each can be paid in its last moment.
        CREATE TABLE IF NOT EXISTS trades (id TEXT PRIMARY KEY, payment TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'open'); -- then 'closed' or 'paid', or 'due' and 'refunded' if it was one too many
        INSERT OR IGNORE INTO orders (id, amount, currency) VALUES ('SO-1001', 12800, 'CNY'), ('SO-1002', 4500, 'CNY');
        """;

    record Order(String id, long amount, String currency, String session, String shippedFor) {
        static Order of(ResultSet row) throws SQLException {
            return new Order(row.getString("id"), row.getLong("amount"), row.getString("currency"), row.getString("session"),
                row.getString("shipped_for"));
        }
    }

    /** A payment. One that was canceled before it came has no order. */
    record Payment(String attempt, String id, String order, String method, long amount, String currency, String status, String trade,
                   String action, long expires, String returnUrl, String session, boolean refunded) {
        static Payment of(ResultSet row) throws SQLException {
            return new Payment(row.getString("attempt"), row.getString("id"), row.getString("order_id"), row.getString("method"),
                row.getLong("amount"), row.getString("currency"), row.getString("status"), row.getString("trade"), row.getString("action"),
                row.getLong("expires"), row.getString("return_url"), row.getString("session"), row.getBoolean("refunded"));
        }

        boolean ended() {
            return !status.equals("pending") && !status.equals("processing");
        }

        /** Whether its time is over. */
        boolean isOver() {
            return expires <= Instant.now().getEpochSecond();
        }
    }

    interface Read<T> {
        T of(ResultSet row) throws SQLException;
    }

    interface Change<T, E extends Exception> {
        T make() throws SQLException, E;
    }

    private final Connection connection;

    Store(String file, String schema) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(20_000);
        connection = config.createConnection("jdbc:sqlite:" + file);
        try (var made = connection.createStatement()) {
            made.executeUpdate(schema);
        }
    }

    /** One change as a whole: nothing of it stays if it throws. */
    synchronized <T, E extends Exception> T change(Change<T, E> change) throws SQLException, E {
        connection.setAutoCommit(false);
        try {
            T made = change.make();
            connection.commit();
            return made;
        } finally {
            connection.rollback(); // of nothing, once it is committed
            connection.setAutoCommit(true);
        }
    }

    /** How many rows it changed. */
    synchronized int run(String change, Object... values) throws SQLException {
        try (PreparedStatement prepared = prepared(change, values)) {
            return prepared.executeUpdate();
        }
    }

    synchronized <T> List<T> all(Read<T> read, String query, Object... values) throws SQLException {
        try (PreparedStatement prepared = prepared(query, values); ResultSet rows = prepared.executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(read.of(rows));
            }
            return found;
        }
    }

    <T> Optional<T> first(Read<T> read, String query, Object... values) throws SQLException {
        return all(read, query, values).stream().findFirst();
    }

    /** The payment of this id or attempt. */
    Optional<Payment> payment(String key) throws SQLException {
        return first(Payment::of, "SELECT * FROM payments WHERE ? IN (id, attempt)", key);
    }

    Optional<Order> order(String id) throws SQLException {
        return first(Order::of, "SELECT * FROM orders WHERE id = ?", id);
    }

    private PreparedStatement prepared(String text, Object... values) throws SQLException {
        PreparedStatement prepared = connection.prepareStatement(text);
        for (int i = 0; i < values.length; i++) {
            prepared.setObject(i + 1, values[i]);
        }
        return prepared;
    }
}
