CREATE TABLE `audit_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor_id` text,
	`action` text NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`details` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_target` ON `audit_log` (`target_type`,`target_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit_log` (`at`);--> statement-breakpoint
CREATE TABLE `bootstrap` (
	`id` integer PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `chats` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`title` text NOT NULL,
	`title_key` text NOT NULL,
	`title_is_automatic` integer DEFAULT true NOT NULL,
	`pinned` integer DEFAULT false NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`model` text,
	`settings` text NOT NULL,
	`active_message_id` text,
	`version` integer DEFAULT 0 NOT NULL,
	`message_count` integer DEFAULT 0 NOT NULL,
	`source` text,
	`source_id` text,
	`continued_from_title` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `chats_list` ON `chats` (`owner_id`,`archived`,`updated_at`,`id`,`title_key`);--> statement-breakpoint
CREATE INDEX `chats_pinned` ON `chats` (`owner_id`,`archived`,`pinned`,`updated_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `chats_source` ON `chats` (`owner_id`,`source`,`source_id`);--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`base_url` text NOT NULL,
	`api_key_cipher` text,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`chat_id` text NOT NULL,
	`parent_id` text,
	`role` text NOT NULL,
	`content` text NOT NULL,
	`reasoning` text,
	`reasoning_ms` integer,
	`model` text,
	`status` text NOT NULL,
	`error` text,
	`edited` integer DEFAULT false NOT NULL,
	`client_key` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`chat_id`) REFERENCES `chats`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_id` ON `messages` (`id`);--> statement-breakpoint
CREATE INDEX `messages_tree` ON `messages` (`chat_id`,`parent_id`,`seq`);--> statement-breakpoint
CREATE INDEX `messages_status` ON `messages` (`status`);--> statement-breakpoint
CREATE UNIQUE INDEX `messages_client_key` ON `messages` (`chat_id`,`client_key`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`sid_hash` text PRIMARY KEY NOT NULL,
	`user_id` text,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expires` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `shared_link_audience` (
	`link_id` text NOT NULL,
	`kind` text NOT NULL,
	`principal_id` text NOT NULL,
	PRIMARY KEY(`link_id`, `kind`, `principal_id`),
	FOREIGN KEY (`link_id`) REFERENCES `shared_links`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `shared_link_versions` (
	`link_id` text NOT NULL,
	`number` integer NOT NULL,
	`message_count` integer NOT NULL,
	`content_hash` text NOT NULL,
	`chat_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`body` blob NOT NULL,
	PRIMARY KEY(`link_id`, `number`),
	FOREIGN KEY (`link_id`) REFERENCES `shared_links`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `shared_links` (
	`id` text PRIMARY KEY NOT NULL,
	`chat_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`title` text NOT NULL,
	`title_key` text NOT NULL,
	`show_author` integer NOT NULL,
	`audience_kind` text NOT NULL,
	`expires_at` integer,
	`current_version` integer NOT NULL,
	`paused_reason` text,
	`revoked_at` integer,
	`revoked_by` text,
	`revoked_reason` text,
	`last_reviewed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`chat_id`) REFERENCES `chats`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shared_links_live` ON `shared_links` (`chat_id`) WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX `shared_links_updated` ON `shared_links` (`owner_id`,`updated_at`,`id`,`title_key`) WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX `shared_links_title` ON `shared_links` (`owner_id`,`title_key`,`id`) WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX `shared_links_expires` ON `shared_links` (`expires_at`);--> statement-breakpoint
CREATE INDEX `shared_links_chat` ON `shared_links` (`chat_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`password_hash` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`last_active_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);--> statement-breakpoint
CREATE INDEX `users_created` ON `users` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`role`,`created_at`,`id`);