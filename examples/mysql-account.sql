-- The account that dbi-collect needs on MySQL and MariaDB, for an administrator's client. Choose a password first.
-- SPDX-License-Identifier: Apache-2.0
CREATE USER dbi_monitor IDENTIFIED BY '...' WITH MAX_USER_CONNECTIONS 3;
GRANT PROCESS ON *.* TO dbi_monitor;
GRANT SELECT ON performance_schema.* TO dbi_monitor;
