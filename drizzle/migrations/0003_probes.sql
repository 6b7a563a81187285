CREATE TABLE `probes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`engine` text NOT NULL,
	`device` text NOT NULL,
	`threads` integer NOT NULL,
	`speeds` text NOT NULL
);
