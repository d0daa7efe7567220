package dev.pgweir.protocol;

/**
 * An SQLSTATE: five characters, digits or upper-case letters. The constants are those that a pooler raises, under the
 * names of PostgreSQL's documentation, appendix "PostgreSQL Error Codes".
 */
public record SqlState(String code) {
    public static final SqlState SUCCESSFUL_COMPLETION = new SqlState("00000");
    public static final SqlState CONNECTION_EXCEPTION = new SqlState("08000");
    public static final SqlState UNABLE_TO_ESTABLISH_CONNECTION = new SqlState("08001");
    public static final SqlState CONNECTION_DOES_NOT_EXIST = new SqlState("08003");
    public static final SqlState CONNECTION_FAILURE = new SqlState("08006");
    public static final SqlState PROTOCOL_VIOLATION = new SqlState("08P01");
    public static final SqlState FEATURE_NOT_SUPPORTED = new SqlState("0A000");
    public static final SqlState INVALID_PARAMETER_VALUE = new SqlState("22023");
    public static final SqlState IN_FAILED_SQL_TRANSACTION = new SqlState("25P02");
    public static final SqlState IDLE_IN_TRANSACTION_SESSION_TIMEOUT = new SqlState("25P03");
    public static final SqlState TRANSACTION_TIMEOUT = new SqlState("25P04");
    public static final SqlState INVALID_SQL_STATEMENT_NAME = new SqlState("26000");
    public static final SqlState INVALID_AUTHORIZATION_SPECIFICATION = new SqlState("28000");
    public static final SqlState INVALID_PASSWORD = new SqlState("28P01");
    public static final SqlState INVALID_CATALOG_NAME = new SqlState("3D000");
    public static final SqlState INSUFFICIENT_PRIVILEGE = new SqlState("42501");
    public static final SqlState SYNTAX_ERROR = new SqlState("42601");
    public static final SqlState UNDEFINED_OBJECT = new SqlState("42704");
    public static final SqlState DUPLICATE_PREPARED_STATEMENT = new SqlState("42P05");
    public static final SqlState TOO_MANY_CONNECTIONS = new SqlState("53300");
    public static final SqlState CONFIGURATION_LIMIT_EXCEEDED = new SqlState("53400");
    public static final SqlState PROGRAM_LIMIT_EXCEEDED = new SqlState("54000");
    public static final SqlState OBJECT_NOT_IN_PREREQUISITE_STATE = new SqlState("55000");
    public static final SqlState QUERY_CANCELED = new SqlState("57014");
    public static final SqlState ADMIN_SHUTDOWN = new SqlState("57P01");
    public static final SqlState CRASH_SHUTDOWN = new SqlState("57P02");
    public static final SqlState CANNOT_CONNECT_NOW = new SqlState("57P03");
    public static final SqlState IDLE_SESSION_TIMEOUT = new SqlState("57P05");
    public static final SqlState CONFIG_FILE_ERROR = new SqlState("F0000");
    public static final SqlState INTERNAL_ERROR = new SqlState("XX000");

    private static final int LENGTH = 5;

    /**
     * Any code, also one that has no constant here.
     *
     * @throws IllegalArgumentException if {@code code} is not five digits or upper-case letters
     */
    public SqlState {
        if (code.length() != LENGTH || !code.chars().allMatch(SqlState::isDigitOrUpper)) {
            throw new IllegalArgumentException("not an SQLSTATE: " + code);
        }
    }

    @Override
    public String toString() {
        return code;
    }

    private static boolean isDigitOrUpper(int c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
}
